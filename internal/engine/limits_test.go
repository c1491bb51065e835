package engine

import (
	"context"
	"runtime"
	"testing"
	"time"
)

func TestWhatIsAliveBeforeIsNotTheRules(t *testing.T) {
	runtime.GC()
	held := make([]byte, 64<<20)
	w := newWatch(context.Background(), Limits{Memory: 32 << 20})
	defer w.stop()
	runtime.GC()
	time.Sleep(5 * interval)
	if err := context.Cause(w.ctx); err != nil {
		t.Error(err)
	}
	more := make([]byte, 64<<20)
	runtime.GC()
	select {
	case <-w.ctx.Done():
	case <-time.After(time.Minute):
		t.Error("64 MiB more are not seen")
	}
	runtime.KeepAlive(held)
	runtime.KeepAlive(more)
}
