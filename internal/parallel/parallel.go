// Package parallel spreads work over the processors.
package parallel

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/originkey/originkey/internal/memory"
)

// Each calls f with the numbers below n, on all processors, and returns once that is
// done. What f finds it leaves where its number says, so that nothing depends on
// which call is first. Once ctx is done no more calls begin, and its error is
// returned.
//
// A goroutine takes number after number: parsers and evaluators nest deeply, and a
// goroutine for each number would grow its stack anew, which took a third of the
// time of evaluating rules. All of them pause where garbage has to be collected.
func Each(ctx context.Context, n int, f func(i int)) error {
	var next atomic.Int64
	var workers sync.WaitGroup
	var pause sync.RWMutex
	for range min(runtime.GOMAXPROCS(0), n) {
		workers.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				pause.RLock()
				f(i)
				pause.RUnlock()
				if memory.Full() {
					pause.Lock()
					memory.Collect()
					pause.Unlock()
				}
			}
		})
	}
	workers.Wait()
	return ctx.Err()
}
