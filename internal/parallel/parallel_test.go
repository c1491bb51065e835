package parallel_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/originkey/originkey/internal/parallel"
)

func TestEachCallsOnceForEachNumber(t *testing.T) {
	for _, n := range []int{0, 1, 1_000} {
		calls := make([]atomic.Int32, n)
		if err := parallel.Each(context.Background(), n, func(i int) { calls[i].Add(1) }); err != nil {
			t.Fatal(err)
		}
		for i := range calls {
			if got := calls[i].Load(); got != 1 {
				t.Errorf("n = %d: %d calls for %d", n, got, i)
			}
		}
	}
}

func TestEachEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var calls atomic.Int32
	err := parallel.Each(ctx, 1_000_000, func(int) {
		calls.Add(1)
		cancel()
	})
	if !errors.Is(err, context.Canceled) || calls.Load() == 1_000_000 {
		t.Errorf("error %v after %d calls", err, calls.Load())
	}
}
