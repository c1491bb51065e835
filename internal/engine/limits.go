package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/metrics"
	"sync"
	"time"

	"github.com/originkey/originkey/internal/memory"
)

// Limits bound what the rules of a user take, since whoever writes one can make it
// loop. Those that are 0 have their defaults.
type Limits struct {
	// Time is how long a rule may take from its first subject to its last.
	Time time.Duration
	// Memory is how much the memory in use may grow while such rules are
	// evaluated, in bytes.
	Memory int
}

// DefaultLimits are those that hold where nothing else is said.
var DefaultLimits = Limits{Time: 30 * time.Second, Memory: 256 << 20}

// Limited returns an engine with the same rules under other limits.
func (e *Engine) Limited(limits Limits) *Engine {
	limited := *e
	limited.limits = limits
	return &limited
}

// A watch ends custom rules that take too much.
type watch struct {
	limits Limits
	// ctx is that of all custom rules.
	ctx  context.Context
	stop context.CancelFunc

	mutex sync.Mutex
	// rules holds the context of each rule from its first subject on, and told those
	// that were said to be stopped.
	rules map[string]context.Context
	stops []context.CancelFunc
	told  map[string]bool
}

// interval is how often the memory in use is looked at.
const interval = 20 * time.Millisecond

// newWatch begins to watch. It is to be stopped.
func newWatch(ctx context.Context, limits Limits) *watch {
	if limits.Time == 0 {
		limits.Time = DefaultLimits.Time
	}
	if limits.Memory == 0 {
		limits.Memory = DefaultLimits.Memory
	}
	ctx, cancel := context.WithCancelCause(bounded(ctx))
	w := &watch{limits: limits, ctx: ctx, rules: map[string]context.Context{}, told: map[string]bool{}}
	w.stop = func() {
		cancel(nil)
		for _, stop := range w.stops {
			stop()
		}
	}
	// What is alive already is not the rules'. A heap that may grow with the input is
	// collected too late to see what they take.
	memory.Expect(0)
	runtime.GC()
	before := heapInUse()
	go func() {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				if heapInUse() > before+uint64(limits.Memory) {
					cancel(fmt.Errorf("was stopped, since rules take more than %d MiB of memory (limits.rule_megabytes in the configuration)", limits.Memory>>20))
					return
				}
			}
		}
	}()
	return w
}

// heapInUse is what the last garbage collection has left.
func heapInUse() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}

// of returns the context of a rule.
func (w *watch) of(rule string) context.Context {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	ctx, ok := w.rules[rule]
	if !ok {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeoutCause(w.ctx, w.limits.Time, fmt.Errorf("was stopped, since it takes longer than %s (limits.rule_seconds in the configuration)", w.limits.Time))
		w.rules[rule] = ctx
		w.stops = append(w.stops, stop)
	}
	return ctx
}

// stopped says why a rule was stopped, or nil where it was not. first is false where
// that was said already.
func (w *watch) stopped(rule string) (why error, first bool) {
	ctx := w.of(rule)
	if ctx.Err() == nil {
		return nil, false
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	first = !w.told[rule]
	w.told[rule] = true
	if why = context.Cause(ctx); errors.Is(why, context.Canceled) {
		why = errors.New("was stopped")
	}
	return why, first
}
