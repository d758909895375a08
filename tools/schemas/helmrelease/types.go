// Package helmrelease names the Go types from which tools/schemas/build.py generates the HelmRelease schema:
// no module on the Go proxy carries that CRD as a file.
package helmrelease

import _ "github.com/fluxcd/helm-controller/api/v2"
