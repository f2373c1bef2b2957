// Command graphmock is a contract-testing mock server for Microsoft Graph.
//
//	graphmock run -- npm test
//
// starts the fake, runs the tests against it and says what they got wrong.
// "graphmock help" lists the other commands.
package main

import (
	"context"
	"os"

	"github.com/graphmock/graphmock/internal/cli"
)

func main() { os.Exit(cli.Run(context.Background(), cli.OS())) }
