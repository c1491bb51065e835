// Package bench measures originkey against what no linter can do without: reading
// and parsing the files, and compiling the rules.
//
//	go test -run '^$' -bench . -benchtime 3x -timeout 0 ./testdata/bench
//
// writes the repositories into a temporary folder and takes some minutes; -bench
// 'Process/terraform/2000$' picks one.
package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/originkey/originkey/internal/engine"
	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/report"
	"github.com/originkey/originkey/internal/suggest"
	"github.com/originkey/originkey/loader"
	"github.com/originkey/originkey/rules"
	"github.com/originkey/originkey/testdata/bench/generate"
)

var sizes = []int{1, 200, 2_000, 10_000}

var languages = []struct {
	name  string
	write func(folder string, n int) error
}{
	{"terraform", generate.Terraform},
	{"cloudformation", generate.CloudFormation},
}

// folder is where programs and repositories are kept for all benchmarks of a run.
var folder string

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "originkey-bench-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

// program builds a program of the module, once.
func program(b *testing.B, source string) string {
	b.Helper()
	name := filepath.Join(folder, filepath.Base(source))
	if _, err := os.Stat(name); err == nil {
		return name
	}
	build := exec.Command("go", "build", "-trimpath", "-o", name, source)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		b.Fatalf("build %s: %v\n%s", source, err, output)
	}
	return name
}

// repository writes a repository of n units, once.
func repository(b *testing.B, language string, n int, write func(string, int) error) string {
	b.Helper()
	name := filepath.Join(folder, language, strconv.Itoa(n))
	if _, err := os.Stat(name); err == nil {
		return name
	}
	// A folder of its own: the repository root ends there.
	if err := os.MkdirAll(filepath.Join(name, ".git"), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := write(name, n); err != nil {
		b.Fatal(err)
	}
	return name
}

// A cost is what a process took: peak memory is in bytes.
type cost struct {
	wall, processor time.Duration
	peak            int64
}

func run(b *testing.B, code int, name string, arguments ...string) cost {
	b.Helper()
	command := exec.Command(name, arguments...)
	var stderr bytes.Buffer
	command.Stdout, command.Stderr = io.Discard, &stderr
	start := time.Now()
	err := command.Run()
	took := time.Since(start)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		b.Fatal(err)
	}
	if got := command.ProcessState.ExitCode(); got != code {
		b.Fatalf("%s: exit code %d, want %d\n%s", filepath.Base(name), got, code, stderr.String())
	}
	c := cost{wall: took, processor: command.ProcessState.UserTime() + command.ProcessState.SystemTime()}
	if usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage); ok {
		c.peak = int64(usage.Maxrss) << 10 // kilobytes on Linux: getrusage(2)
	}
	return c
}

// median returns the cost of the median wall time, with the largest peak.
func median(costs []cost) cost {
	slices.SortFunc(costs, func(x, y cost) int { return int(x.wall - y.wall) })
	c := costs[len(costs)/2]
	for _, other := range costs {
		c.peak = max(c.peak, other.peak)
	}
	return c
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// BenchmarkProcess measures whole processes, originkey and its floor by turns.
//
// The medians of three runs on two cores of an AMD EPYC, 2026-11-26, Go 1.26.11, with
// the parse floor under the same collector. "Before" is before any work on speed, when
// the templates were flagged more often; "between" is with the whole of each file
// parsed, and with the whole graph gone over by the collector some 25 times.
//
//	               before             between            now
//	               CPU s   MiB        CPU s   MiB        CPU s   s      MiB    x floor
//	terraform
//	1              0.056   29         0.025   31         0.021   0.020  27     0.48 (rules)
//	200            1.64    151        0.48    66         0.49    0.28   63     2.2 (parse)
//	2,000          17.6    1,187      5.6     265        3.8     2.0    240    2.4 (parse)
//	10,000         78.7    6,536      35      1,210      20.1    10.8   1,088  2.2 (parse)
//	cloudformation
//	1              0.056   33         0.026   30         0.017   0.016  27     0.45 (rules)
//	200            1.33    129        0.22    66         0.22    0.13   64     3.6 (parse)
//	2,000          13.4    1,179      2.5     267        1.7     0.90   219    3.1 (parse)
//	10,000         -       -          15.5    1,211      8.5     4.6    985    3.5 (parse)
//
// At N = 2,000 root modules a third of the CPU time is parsing, and evaluating and the
// collector take a sixth each; facts and rules a tenth together. At N = 2,000 templates
// decoding YAML takes a third, evaluating a sixth, facts and rules an eighth, our own
// nodes and the collector a twelfth each.
func BenchmarkProcess(b *testing.B) {
	originkey := program(b, "github.com/originkey/originkey/cmd/originkey")
	parse := program(b, "github.com/originkey/originkey/testdata/bench/parsefloor")
	compile := program(b, "github.com/originkey/originkey/testdata/bench/rulesfloor")
	for _, language := range languages {
		for _, n := range sizes {
			b.Run(fmt.Sprintf("%s/%d", language.name, n), func(b *testing.B) {
				root := repository(b, language.name, n, language.write)
				code := 0
				if n > 7 {
					code = 1
				}
				var costs, parses, compiles []cost
				for b.Loop() {
					costs = append(costs, run(b, code, originkey, "lint", root))
					parses = append(parses, run(b, 0, parse, root))
					compiles = append(compiles, run(b, 0, compile))
				}
				its, parse, compile := median(costs), median(parses), median(compiles)
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(milliseconds(its.wall), "ms")
				b.ReportMetric(milliseconds(its.processor), "cpu-ms")
				b.ReportMetric(float64(its.peak)/(1<<20), "peak-MiB")
				b.ReportMetric(milliseconds(parse.wall), "parse-floor-ms")
				b.ReportMetric(float64(its.wall)/float64(parse.wall), "x-parse-floor")
				b.ReportMetric(milliseconds(compile.wall), "rules-floor-ms")
				b.ReportMetric(float64(its.wall)/float64(compile.wall), "x-rules-floor")
			})
		}
	}
}

// BenchmarkStages measures the stages of a run in one process.
func BenchmarkStages(b *testing.B) {
	e, err := engine.New(rules.FS)
	if err != nil {
		b.Fatal(err)
	}
	for _, language := range languages {
		for _, n := range sizes {
			b.Run(fmt.Sprintf("%s/%d", language.name, n), func(b *testing.B) {
				root := repository(b, language.name, n, language.write)
				var load, follow, evaluate, write time.Duration
				found := 0
				for b.Loop() {
					start := time.Now()
					stage := func(total *time.Duration) {
						*total += time.Since(start)
						start = time.Now()
					}
					loaded, err := loader.Load(context.Background(), []string{root}, loader.Options{Directory: root})
					if err != nil {
						b.Fatal(err)
					}
					stage(&load)
					result := facts.Compute(loaded.Graph)
					stage(&follow)
					findings, problems := e.Run(context.Background(), result, suggest.Suggest)
					if len(problems) > 0 {
						b.Fatal(problems)
					}
					stage(&evaluate)
					r := &report.Report{Version: "0.0.0", Paths: result.Paths, Findings: findings, Files: loaded.Graph.Files, Blockers: e.Blockers}
					if err := report.Write(io.Discard, "sarif", r, report.Style{}); err != nil {
						b.Fatal(err)
					}
					stage(&write)
					found = len(findings)
				}
				runs := time.Duration(b.N)
				b.ReportMetric(milliseconds(load/runs), "load-ms")
				b.ReportMetric(milliseconds(follow/runs), "follow-ms")
				b.ReportMetric(milliseconds(evaluate/runs), "evaluate-ms")
				b.ReportMetric(milliseconds(write/runs), "report-ms")
				b.ReportMetric(float64(found*b.N)/(load+follow+evaluate+write).Seconds(), "findings/s")
			})
		}
	}
	runtime.KeepAlive(e)
}
