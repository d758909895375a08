// Command bbpkg-render renders Helm charts, one after the other, for bbpkg: a request is a line of JSON on standard input, its
// reply a line of JSON on standard output.
//
// It answers one request at a time. A template that never ends can only be stopped together with its process, and memory has no
// owner inside one; so whoever wants several renders at once starts several processes, and knows which request to blame for the
// end of one.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"runtime/debug"

	"golang.org/x/sys/unix"
)

// version is that of the requests and replies; bbpkg refuses another major version.
const version = "v1.0.0"

func main() {
	showVersion := flag.Bool("version", false, "print the version of this program and of its Helm, and exit")
	memory := flag.Int("memory-mib", 1024, "the memory that a render may take")
	flag.Parse()
	if *showVersion {
		fmt.Printf("%s (helm %s)\n", version, helmVersion())
		return
	}
	// Helm warns on standard error about values of charts; a refusal says everything in its reply.
	log.SetOutput(io.Discard)
	slog.SetDefault(slog.New(slog.DiscardHandler))
	if err := limitMemory(*memory); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go endWithoutReader(os.Stdout)
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// endWithoutReader ends this process when nobody is left who would read its replies: a template that never ends would outlive
// whoever could stop it.
func endWithoutReader(out *os.File) {
	waiting := []unix.PollFd{{Fd: int32(out.Fd())}}
	for {
		if count, err := unix.Poll(waiting, -1); count > 0 || !errors.Is(err, unix.EINTR) {
			os.Exit(1)
		}
	}
}

// limitMemory lets the kernel refuse what is too much, which ends the process: Go's own limit is only a wish to its collector.
func limitMemory(mib int) error {
	bytes := uint64(mib) << 20
	// A garbage collection less often than usual makes a render a fifth faster; close to the limit it becomes thrifty.
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(int64(bytes / 4 * 3))
	return unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: bytes, Max: bytes})
}

// helmVersion is the version of the Helm library in this program.
func helmVersion() string {
	info, ok := debug.ReadBuildInfo()
	if ok {
		for _, module := range info.Deps {
			if module.Path == "helm.sh/helm/v4" {
				return module.Version
			}
		}
	}
	return "unknown"
}

// serve answers requests until there are no more.
func serve(in io.Reader, out io.Writer) error {
	requests := bufio.NewReaderSize(in, 1<<20)
	replies := bufio.NewWriterSize(out, 1<<20)
	encoder := json.NewEncoder(replies)
	encoder.SetEscapeHTML(false)
	renderer := newRenderer()
	for {
		line, err := requests.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := encoder.Encode(renderer.answer(line)); err != nil {
			return err
		}
		if err := replies.Flush(); err != nil {
			return err
		}
	}
}
