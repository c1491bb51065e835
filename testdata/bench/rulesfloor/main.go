// Rulesfloor only compiles the embedded rules and evaluates an empty graph.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/originkey/originkey/internal/engine"
	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/rules"
)

func main() {
	e, err := engine.New(rules.FS)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if _, problems := e.Run(context.Background(), facts.Compute(graph.NewBuilder().Freeze()), nil); len(problems) > 0 {
		fmt.Fprintln(os.Stderr, problems)
		os.Exit(2)
	}
}
