package memory

import (
	"math"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestLimit(t *testing.T) {
	for alive, want := range map[uint64]int64{
		0:              48 << 20,
		10 << 20:       48 << 20,
		100 << 20:      168 << 20,
		1000 << 20:     1608 << 20,
		math.MaxUint64: math.MaxInt64,
	} {
		if got := limit(alive); got != want {
			t.Errorf("with %d bytes alive the limit is %d, want %d", alive, got, want)
		}
	}
}

// TestTune runs in a process of its own: the collector is that of the process.
func TestTune(t *testing.T) {
	const part = "ORIGINKEY_TEST_TUNE"
	if os.Getenv(part) == "" {
		for _, setting := range []string{"", "GOGC=100", "GOMEMLIMIT=1GiB"} {
			command := exec.Command(os.Args[0], "-test.run=^TestTune$", "-test.v")
			for _, variable := range os.Environ() {
				if variable[:min(len(variable), 5)] != "GOGC=" && variable[:min(len(variable), 11)] != "GOMEMLIMIT=" {
					command.Env = append(command.Env, variable)
				}
			}
			command.Env = append(command.Env, part+"=1")
			if setting != "" {
				command.Env = append(command.Env, setting)
			}
			if output, err := command.CombinedOutput(); err != nil {
				t.Errorf("with %q in the environment: %v\n%s", setting, err, output)
			}
		}
		return
	}
	Tune(os.LookupEnv)
	before := debug.SetMemoryLimit(-1)
	if memory, said := os.LookupEnv("GOMEMLIMIT"); said {
		if before != 1<<30 {
			t.Errorf("GOMEMLIMIT=%s became %d", memory, before)
		}
		return
	}
	if _, said := os.LookupEnv("GOGC"); said {
		if percent := debug.SetGCPercent(100); before != math.MaxInt64 || percent != 100 {
			t.Errorf("GOGC=100 became %d with a limit of %d", percent, before)
		}
		return
	}
	if percent := debug.SetGCPercent(-1); percent != -1 || before < least || before > least+tenths<<20 {
		t.Errorf("GOGC is %d with a limit of %d", percent, before)
	}
	// The limit follows what is alive, up and down.
	held := make([]byte, 100<<20)
	wait := func(what string, reached func(limit int64) bool) {
		for range 1000 {
			runtime.GC()
			if reached(debug.SetMemoryLimit(-1)) {
				return
			}
			time.Sleep(time.Millisecond) // A cleanup runs some time after its collection.
		}
		t.Errorf("the limit does not %s: it is %d", what, debug.SetMemoryLimit(-1))
	}
	wait("rise", func(limit int64) bool { return limit > before+100<<20 })
	runtime.KeepAlive(held)
	wait("fall", func(limit int64) bool { return limit < before+50<<20 })
}
