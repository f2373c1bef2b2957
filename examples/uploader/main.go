// Uploader brings CSV files with permissions into an access review: it finds a
// custom data provided resource in Microsoft Graph, creates an upload session for
// the review, uploads the files and completes the session.
//
// It reads the address of Graph from GRAPH_BASE_URL and an access token from
// GRAPHMOCK_TOKEN or GRAPH_TOKEN. To try it against a fake Graph:
//
//	graphmock run -- go run ./examples/uploader
//	graphmock run -- go run ./examples/uploader -last-year
package main

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path"
	"path/filepath"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// run is the command: it returns 0 for success, 1 for failure and 2 for a wrong
// command line.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	var job Job
	flags := flag.NewFlagSet("uploader", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&job.Catalog, "catalog", "Building access", "display `name` of the catalog")
	flags.StringVar(&job.Resource, "resource", "BuildingAccessData", "display `name` of the custom data provided resource")
	flags.StringVar(&job.Definition, "definition", "f5744a40-bca0-4506-a286-a8afac513d1c", "`id` of the access review")
	flags.StringVar(&job.Instance, "instance", "ca24f9b9-5917-4971-9b5b-07aae0aa74e8", "`id` of the instance of the review")
	flags.BoolVar(&job.LastYear, "last-year", false, "send what the preview of 2025 took, to see it refused")
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: uploader [flags] [file.csv ...]")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	graph := &Graph{
		BaseURL: strings.TrimSuffix(cmp.Or(getenv("GRAPH_BASE_URL"), "https://graph.microsoft.com/v1.0"), "/"),
		Token:   cmp.Or(getenv("GRAPHMOCK_TOKEN"), getenv("GRAPH_TOKEN")),
	}
	if graph.Token == "" {
		fmt.Fprintln(stderr, "uploader: error: there is no access token")
		fmt.Fprintln(stderr, "uploader: hint: set GRAPH_TOKEN, or run it under: graphmock run -- uploader")
		return 2
	}
	job.Files = samples()
	if flags.NArg() > 0 {
		job.Files = filesAt(flags.Args())
	}
	report := func(format string, args ...any) { fmt.Fprintf(stdout, format+"\n", args...) }
	if err := upload(ctx, graph, job, report); err != nil {
		fmt.Fprintf(stderr, "uploader: error: %v\n", err)
		return 1
	}
	return 0
}

func filesAt(names []string) []File {
	var files []File
	for _, name := range names {
		files = append(files, File{filepath.Base(name), func() (fs.File, error) { return os.Open(name) }})
	}
	return files
}

//go:embed testdata/building-a.csv testdata/building-b.csv
var embedded embed.FS

// samples returns the files that are uploaded if none is named.
func samples() []File {
	var files []File
	for _, name := range []string{"testdata/building-a.csv", "testdata/building-b.csv"} {
		files = append(files, File{path.Base(name), func() (fs.File, error) { return embedded.Open(name) }})
	}
	return files
}
