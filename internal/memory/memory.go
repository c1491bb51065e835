// Package memory says when Go's garbage collector runs.
//
// By default the collector runs whenever the heap has doubled: a dozen times
// before a heap has grown to the size that one root module needs, each time for
// nothing. A run of the linter is short, and most of what it makes stays alive to
// its end, so that a collection is worth its time only where there is memory to
// win. Here the collector runs when the heap reaches a limit: a fixed one as long as
// little is alive, and beyond that a multiple of what is alive, or of the input, which
// says beforehand how much will be. Memory and the time of collecting thus grow in
// proportion to the repository.
//
// Collecting beside the work costs twice: the collector has to begin long before the
// limit, and what is made meanwhile counts as alive. Full and Collect let the work
// pause between two of its pieces instead; the collector that runs beside it is left
// for a single piece that makes very much.
package memory

import (
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

const (
	// least is the lowest limit, in bytes.
	least = 32 << 20
	// tenths is how many tenths of what is alive the limit is otherwise.
	tenths = 18
	// perInput is how many times the size of the input the heap may have in any case,
	// up to mostForInput: in the end it holds about six times its size.
	perInput     = 16
	mostForInput = 1 << 30
)

// heapLimit is the limit in bytes, 0 where the collector is not tuned, and forInput
// what it is at least.
var heapLimit, forInput atomic.Int64

// Expect says how many bytes of input there are.
func Expect(input int64) {
	forInput.Store(min(max(input, 0), mostForInput/perInput) * perInput)
	if heapLimit.Load() > 0 {
		set()
	}
}

// Tune sets the collector up for the whole process. It does nothing where the
// environment says what the collector shall do, by the variables of Go's runtime.
func Tune(lookup func(name string) (string, bool)) {
	for _, name := range []string{"GOGC", "GOMEMLIMIT"} {
		if _, said := lookup(name); said {
			return
		}
	}
	debug.SetGCPercent(-1)
	adjust()
}

// Full reports whether the heap has reached its limit. It is false where the collector
// is not tuned.
func Full() bool {
	most := heapLimit.Load()
	return most > 0 && read("/memory/classes/heap/objects:bytes") >= uint64(most)
}

// Collect collects garbage where Full is true, and sets the limit anew. No work that
// makes garbage should run meanwhile.
func Collect() {
	if Full() {
		runtime.GC()
		set()
	}
}

// adjust sets the limit, now and after each collection.
func adjust() {
	set()
	// The collection after this one finds that nothing refers to the marker.
	marker := new([64]byte)
	runtime.AddCleanup(marker, func(struct{}) { adjust() }, struct{}{})
}

// set sets the limit by what is alive. The limit of the collector that runs beside the
// work is higher: that one begins well before it, and also counts stacks, which a
// deep recursion makes large.
func set() {
	most := max(limit(read("/gc/heap/live:bytes")), forInput.Load())
	heapLimit.Store(most)
	debug.SetMemoryLimit(most + min(max(most/2, 4*least), math.MaxInt64-most))
}

func read(name string) uint64 {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}

// limit is how large the heap may grow where so much is alive.
func limit(alive uint64) int64 {
	if alive > math.MaxInt64/tenths {
		return math.MaxInt64
	}
	return int64(max(least, alive*tenths/10))
}
