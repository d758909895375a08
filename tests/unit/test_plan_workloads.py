"""The files of a component hold each part once, where and when it exists."""

from packages import REPOSITORY, generate_folder, generated, read_folder

BASE = REPOSITORY / "tests/cases/definitions/base"


def chart_of(*changes: tuple[str, str], **more: str) -> dict[str, str]:
    """The generated files of the package `shop` after changes of its definition."""
    files = {**read_folder(BASE), **more}
    for before, after in changes:
        assert files["package.yaml"].count(before) == 1
        files["package.yaml"] = files["package.yaml"].replace(before, after)
    return generate_folder(files)


SHARED_FILE = "      - {name: counter.yaml, template: config/counter.yaml, path: /etc/counter.yaml}\n"


def data_of(config_map: str) -> str:
    return config_map.partition("\ndata:\n")[2]


def test_one_key_of_a_config_map_may_hold_another_text_in_each_edition() -> None:
    lines = [
        "      - {name: counter.yaml, template: config/counter.yaml, path: /etc/counter.yaml, in: [stall]}\n",
        "      - {name: counter.yaml, template: config/mall.yaml, path: /etc/counter.yaml, in: [mall]}\n",
    ]
    files = chart_of((SHARED_FILE, "".join(lines)), **{"config/mall.yaml": "greeting: welcome\n"})
    assert (
        data_of(files["chart/templates/counter/config-map.yaml"])
        == """\
  {{- if eq .Values.global.edition "stall" }}
  counter.yaml: |
    greeting: hello

  {{- end }}
  {{- if eq .Values.global.edition "mall" }}
  counter.yaml: |
    greeting: welcome

  {{- end }}
""".replace("\n\n", "\n")
    )


def test_a_file_exists_wherever_one_of_the_containers_that_share_it_needs_it() -> None:
    main = (SHARED_FILE, SHARED_FILE.replace("yaml}", "yaml, in: [mall/1]}"))
    shared = "{name: counter.yaml, template: config/counter.yaml, path: /etc/scale.yaml}"
    sidecar = ("        runtime: base\n        ports", f"        runtime: base\n        configFiles: [{shared}]\n        ports")
    files = chart_of(main, sidecar)
    config_map = files["chart/templates/counter/config-map.yaml"]
    assert config_map.count("counter.yaml: |") == 1
    assert '{{- if eq .Values.global.edition "mall" }}\napiVersion: v1\nkind: ConfigMap' in config_map
    deployment = files["chart/templates/counter/deployment.yaml"]
    condition = 'and (eq .Values.global.edition "mall") (eq .Values.mall.release "1")'
    mount = "            - name: config\n              mountPath: /etc/counter.yaml\n"
    assert f"            {{{{- if {condition} }}}}\n{mount}" in deployment


def test_a_volume_without_its_config_map_is_not_mounted() -> None:
    """A component with files in one edition only has no ConfigMap in the others, and its pods must not wait for one."""
    files = chart_of((SHARED_FILE, SHARED_FILE.replace("yaml}", "yaml, in: [mall]}")))
    assert '{{- if eq .Values.global.edition "mall" }}\napiVersion: v1\nkind: ConfigMap' in files["chart/templates/counter/config-map.yaml"]
    volumes = files["chart/templates/counter/deployment.yaml"].partition("      volumes:\n")[2]
    assert volumes.startswith('        {{- if eq .Values.global.edition "mall" }}\n        - name: config\n')


def test_a_service_has_no_condition_inside_when_all_its_ports_share_it() -> None:
    text = generated("notes")["chart/templates/page/service-monitor.yaml"]
    endpoints = text.partition("  endpoints:\n")[2]
    assert "{{- if" not in endpoints
