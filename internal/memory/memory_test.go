package memory

import (
	"math"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"testing"
)

func TestLimit(t *testing.T) {
	for alive, want := range map[uint64]int64{
		0:              32 << 20,
		10 << 20:       32 << 20,
		100 << 20:      180 << 20,
		1000 << 20:     1800 << 20,
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
	if percent := debug.SetGCPercent(-1); percent != -1 || before < least || before > 5*least {
		t.Errorf("GOGC is %d with a limit of %d", percent, before)
	}
	if Full() {
		t.Error("the heap is full from the beginning")
	}
	// The limit follows the input, where that says more than what is alive.
	for input, want := range map[int64]int64{1 << 40: mostForInput, 50 << 20: 50 * perInput << 20, 1 << 10: least, 0: least, -1: least} {
		Expect(input)
		if got := heapLimit.Load(); got != want {
			t.Errorf("for an input of %d bytes the limit is %d, want %d", input, got, want)
		}
	}
	Expect(0)
	// The limit follows what is alive, up and down.
	held := make([]byte, 100<<20)
	if !Full() {
		t.Error("the heap is not full with 100 MB")
	}
	Collect()
	risen := heapLimit.Load()
	if Full() || risen < 180<<20 {
		t.Errorf("with 100 MB alive the limit is %d", risen)
	}
	runtime.KeepAlive(held)
	more := make([]byte, risen)
	runtime.KeepAlive(more)
	Collect()
	if fallen := heapLimit.Load(); fallen > 2*least {
		t.Errorf("with nothing alive the limit is %d", fallen)
	}
}
