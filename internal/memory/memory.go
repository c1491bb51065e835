// Package memory tells Go's garbage collector how much memory a run may use.
//
// By default the collector runs whenever the heap has doubled: a dozen times
// before a heap has grown to the size that one root module needs, each time for
// nothing. A run of the linter is short, and most of what it makes stays alive to
// its end, so that a collection is worth its time only where there is memory to
// win. Here the collector runs when all memory of the process that Go manages
// reaches a limit. It is fixed where little is alive, so that a small repository is
// linted without any collection, and otherwise rises with what is alive: so do then
// the garbage that a collection finds and the time that it takes, and both memory
// and time stay in proportion to the repository.
package memory

import (
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// least is the lowest limit, in bytes.
	least = 48 << 20
	// overhead is what the process needs beside what is alive, in bytes.
	overhead = 8 << 20
	// tenths is how much the limit rises with what is alive, in tenths of it.
	tenths = 16
)

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

// adjust sets the limit, now and after each collection.
func adjust() {
	debug.SetMemoryLimit(limit(alive()))
	// The collection after this one finds that nothing refers to the marker. Where
	// the cleanup comes late, the old limit costs a collection, and no memory.
	marker := new([64]byte)
	runtime.AddCleanup(marker, func(struct{}) { adjust() }, struct{}{})
}

// alive is what the last collection found in use.
func alive() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}

// limit is how much memory may be used where so much is alive.
func limit(alive uint64) int64 {
	if alive > (math.MaxInt64-overhead)/tenths {
		return math.MaxInt64
	}
	return int64(max(least, overhead+alive*tenths/10))
}
