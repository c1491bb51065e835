package facts

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/parallel"
	"github.com/originkey/originkey/internal/source"
)

// each calls f with every element, on all processors, and returns once it has done so.
// What f finds it leaves in its element or in a slice of its own, to be joined in the
// order of the elements: nothing may depend on which is first.
//
// A panic of f is a mistake of this program that spoils one element: it is returned as
// a diagnostic that names the element, and the others are dealt with all the same.
func each[T any](elements []T, name func(T) (node *graph.Node, text string), f func(i int, element T)) []source.Diagnostic {
	broken := make([]*source.Diagnostic, len(elements))
	isolated := func(i int) {
		defer func() {
			if cause := recover(); cause != nil {
				node, text := name(elements[i])
				diagnostic := source.Panicked(node.Location, cause)
				diagnostic.Message = fmt.Sprintf("%s could not be judged: %s", text, diagnostic.Message)
				broken[i] = &diagnostic
			}
		}()
		f(i, elements[i])
	}
	// Most elements take less than it does to hand one out.
	piece := min(1+len(elements)/64, 16)
	_ = parallel.Each(context.Background(), (len(elements)+piece-1)/piece, func(i int) {
		for j := i * piece; j < min((i+1)*piece, len(elements)); j++ {
			isolated(j)
		}
	})
	var diagnostics []source.Diagnostic
	for _, diagnostic := range broken {
		if diagnostic != nil {
			diagnostics = append(diagnostics, *diagnostic)
		}
	}
	return diagnostics
}

// work counts what has to grow with the input and not with its square, for tests. It
// is nil otherwise.
type work struct{ evaluations, comparisons atomic.Int64 }

func (w *work) evaluate(statements int) {
	if w != nil {
		w.evaluations.Add(int64(statements))
	}
}

func (w *work) compare() {
	if w != nil {
		w.comparisons.Add(1)
	}
}
