package cli

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/originkey/originkey/internal/config"
	"github.com/originkey/originkey/internal/engine"
	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/report"
	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/suggest"
	"github.com/originkey/originkey/loader"
)

// inputFlags are the flags that say what is read.
type inputFlags struct {
	variables      []string
	variableFiles  []string
	parameterFiles []string
	exclude        []string
	config         string
	color          string
	quiet          bool
	// compact is nil where the terminal decides.
	compact *bool
	// today is the day that suppressions end by, or "" for the current one.
	today string
	rules []string
}

func (f *inputFlags) register(command *cobra.Command) {
	flags := command.Flags()
	flags.StringArrayVar(&f.variables, "var", nil, "value of a Terraform variable, `NAME=VALUE` (repeatable)")
	flags.StringArrayVar(&f.variableFiles, "var-file", nil, "Terraform variable `FILE` (repeatable)")
	flags.StringArrayVar(&f.parameterFiles, "parameters", nil, "CloudFormation parameter `FILE` in the form of the AWS CLI (repeatable)")
	flags.StringArrayVar(&f.exclude, "exclude", nil, "leave out files that match `GLOB`, relative to the repository root (repeatable)")
	flags.StringVar(&f.color, "color", "auto", "colour the text: auto, always, never")
	flags.BoolVar(&f.quiet, "quiet", false, "show no progress, and print nothing where nothing was found")
	registerConfig(command, &f.config)
	registerRules(command, &f.rules)
}

func (f *inputFlags) options(directory string) (loader.Options, error) {
	options := loader.Options{
		Directory: directory, Variables: map[string]string{},
		VariableFiles: f.variableFiles, ParameterFiles: f.parameterFiles, Exclude: f.exclude,
	}
	for _, variable := range f.variables {
		name, text, ok := strings.Cut(variable, "=")
		if !ok || name == "" {
			return options, fmt.Errorf("--var %s: expected NAME=VALUE", variable)
		}
		options.Variables[name] = text
	}
	return options, nil
}

// An analysis is all that was read and found.
type analysis struct {
	report *report.Report
	engine *engine.Engine
	result *facts.Result
	// config is nil where there is none.
	config *config.Config
	// judge knows what was looked for, and root is the repository root.
	judge judge
	root  string
	// remarks are what is said of suppressions.
	remarks []source.Diagnostic
}

// analyse reads the input, computes the facts and runs the rules, with those that
// wait for one of the options to show.
func (c Command) analyse(ctx context.Context, paths []string, input inputFlags, show ...string) (*analysis, error) {
	options, err := input.options(c.Directory)
	if err != nil {
		return nil, err
	}
	today, err := day(input.today)
	if err != nil {
		return nil, err
	}
	configuration, err := c.configuration(paths, input)
	if err != nil {
		return nil, err
	}
	e, err := c.engine(paths, configuration, input)
	if err != nil {
		return nil, err
	}
	configure(&options, configuration)
	progress := c.progress(input.quiet)
	defer progress.close()
	progress.enter("reading files")
	loaded, err := loader.Load(ctx, paths, options)
	if err != nil {
		return nil, err
	}
	progress.enter("following paths")
	result := facts.Compute(loaded.Graph)
	progress.enter("applying rules")
	r := &report.Report{
		Version: version(), SourceURL: c.sourceURL(), Rules: describeRules(e.Rules(), input), Paths: result.Paths, Uploads: result.Uploads,
		Diagnostics: loaded.Diagnostics, Files: loaded.Graph.Files, Links: loaded.Links, Blockers: e.Blockers,
	}
	findings, diagnostics := e.Run(ctx, result, suggest.Suggest, show...)
	r.Diagnostics = slices.Concat(r.Diagnostics, result.Diagnostics, diagnostics)
	its := judge{coverage: loaded.Coverage, files: r.Files, rules: e.Rules(), show: show, whole: !hasErrors(r.Diagnostics)}
	var ignores []finding.Ignore
	if configuration != nil {
		ignores = configuration.Ignores
	}
	judgement := its.suppress(findings, ignores, today)
	// Rules that are off count as sought: what accepts their findings is no mistake.
	r.Findings = finding.Relevel(judgement.Open, levels(configuration))
	r.Suppressed = finding.Relevel(judgement.Suppressed, levels(configuration))
	return &analysis{report: r, engine: e, result: result, config: configuration, judge: its, root: loaded.Root, remarks: judgement.Diagnostics}, nil
}

func hasErrors(diagnostics []source.Diagnostic) bool {
	return slices.ContainsFunc(diagnostics, func(d source.Diagnostic) bool { return d.Severity == source.Error })
}

// complain writes diagnostics to stderr and reports whether one is an error.
func (c Command) complain(diagnostics []source.Diagnostic, files map[string]*source.File, input inputFlags) (failed bool, err error) {
	text, err := c.text(input)
	if err != nil {
		return true, err
	}
	if err := report.Diagnostics(c.Stderr, diagnostics, files, text.style(c.StderrIsTerminal)); err != nil {
		return true, fmt.Errorf("write the diagnostics: %w", err)
	}
	return slices.ContainsFunc(diagnostics, func(d source.Diagnostic) bool { return d.Severity == source.Error }), nil
}

type lintFlags struct {
	inputFlags
	formats   []string
	failOn    string
	undecided bool
	category  string
	// suppressed says that SARIF shows suppressed findings, showSuppressed that
	// text and JSON do.
	suppressed     bool
	showSuppressed bool
	// baseline holds known findings, and those of this run are written to
	// writeBaseline.
	baseline      string
	writeBaseline string
	compact       bool
}

func (c Command) lint() *cobra.Command {
	var flags lintFlags
	command := &cobra.Command{
		Use:   "lint [PATH...]",
		Short: "Lint files and folders (the main job)",
		Long: `Lint reads the Terraform root modules, CloudFormation templates and JSON policies
that the paths choose, the current folder by default. A file is a hint: everything
that it belongs to is read from disk.

Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage or
something that could not be read; findings are printed all the same.`,
		RunE: func(command *cobra.Command, paths []string) error {
			return c.runLint(command.Context(), paths, flags, command.Flags().Changed)
		},
	}
	flags.register(command)
	f := command.Flags()
	f.StringArrayVar(&flags.formats, "format", []string{"text"}, "`FORMAT` of the report: "+strings.Join(report.Formats(), ", ")+"; FORMAT=FILE writes a file (repeatable)")
	registerFailOn(command, &flags.failOn)
	f.BoolVar(&flags.undecided, "show-undecided", false, "list the paths that the input does not decide")
	f.StringVar(&flags.category, "category", "", "SARIF category `NAME`")
	f.StringVar(&flags.baseline, "baseline", "", "`FILE` of known findings: only new ones fail")
	f.StringVar(&flags.writeBaseline, "write-baseline", "", "write all findings to `FILE`, as known ones")
	f.BoolVar(&flags.showSuppressed, "show-suppressed", false, "list suppressed findings with their reasons in text and JSON")
	f.StringVar(&flags.today, "today", "", "`DATE` by which suppressions end; default the current one in UTC")
	f.BoolVar(&flags.suppressed, "sarif-suppressed", false, "show suppressed findings in SARIF, marked as such; code scanning would open alerts for them")
	f.BoolVar(&flags.compact, "compact", false, "one line a finding: the default where the text does not go to a terminal; --compact=false shows source there too")
	return command
}

// runLint lints. given says whether a flag is written on the command line, so that
// it wins over the configuration or over what suits the terminal.
func (c Command) runLint(ctx context.Context, paths []string, flags lintFlags, given func(flag string) bool) error {
	if given("compact") {
		flags.inputFlags.compact = &flags.compact
	}
	text, err := c.text(flags.inputFlags)
	if err != nil {
		return err
	}
	if err := checkFailOn(flags.failOn); err != nil {
		return err
	}
	if err := checkFormats(flags.formats); err != nil {
		return err
	}
	var show []string
	if flags.undecided {
		show = append(show, "show-undecided")
	}
	found, err := c.analyse(ctx, paths, flags.inputFlags, show...)
	if err != nil {
		return err
	}
	found.report.Category, found.report.SARIFSuppressed = flags.category, flags.suppressed
	found.report.ShowSuppressed = flags.showSuppressed
	found.report.Diagnostics = append(found.report.Diagnostics, found.remarks...)
	if err := c.compare(found, flags); err != nil {
		return err
	}
	if found.config != nil && !found.config.FailOn.IsZero() && !given("fail-on") {
		flags.failOn = found.config.FailOn.Text
	}
	if flags.failOn != "never" {
		found.report.FailOn = finding.Level(flags.failOn)
	}
	failed, err := c.complain(found.report.Diagnostics, found.report.Files, flags.inputFlags)
	if err != nil {
		return err
	}
	var unwritten writeErrors
	for _, format := range flags.formats {
		name, file, toFile := strings.Cut(format, "=")
		style := text.style(c.StdoutIsTerminal && !toFile)
		style.Quiet, style.Undecided = flags.quiet, flags.undecided
		err := c.write(file, toFile, func(w io.Writer) error {
			if name == "text" && !toFile {
				w = c.log(w)
			}
			return report.Write(w, name, found.report, style)
		})
		if err != nil {
			unwritten = append(unwritten, err)
		}
	}
	switch {
	case len(unwritten) > 0:
		return unwritten
	case failed:
		return exitCode(exitError)
	case slices.ContainsFunc(found.report.Findings, found.report.Fails):
		return exitCode(exitFindings)
	default:
		return nil
	}
}

// compare tells known findings from new ones, and writes those of this run.
func (c Command) compare(found *analysis, flags lintFlags) error {
	r := found.report
	all := r.Findings
	if flags.baseline != "" {
		baseline, err := c.readBaseline(found.root, flags.baseline)
		if err != nil {
			return err
		}
		found.judge.whole = !hasErrors(r.Diagnostics)
		// What is left out is neither gone nor moved.
		baseline.Entries = slices.DeleteFunc(baseline.Entries, func(entry finding.Entry) bool { return found.judge.coverage.Excludes(entry.File) })
		comparison := baseline.Compare(all, found.judge.coverage.OfUnit, found.judge.sought)
		r.Baseline, r.Findings, r.Known = true, comparison.New, comparison.Known
		r.Diagnostics = append(r.Diagnostics, comparison.Gone...)
	}
	if flags.writeBaseline == "" {
		return nil
	}
	if hasErrors(r.Diagnostics) {
		r.Diagnostics = append(r.Diagnostics, source.Diagnostic{
			Severity: source.Error, Message: flags.writeBaseline + " is not written, since not everything could be read",
		})
		return nil
	}
	text, err := finding.NewBaseline(all).JSON()
	if err != nil {
		return err
	}
	r.Baseline, r.Findings, r.Known = true, nil, all
	for i := range r.Known {
		r.Known[i].Known = true
	}
	return c.write(flags.writeBaseline, true, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// checkFormats checks what --format says before anything is read: each report has
// a place of its own, since two in one are none.
func checkFormats(formats []string) error {
	taken := map[string]string{}
	for _, format := range formats {
		name, file, toFile := strings.Cut(format, "=")
		place, shown := "", "standard output"
		if toFile {
			place = filepath.Clean(file)
			shown = place
		}
		switch other, isTaken := taken[place]; {
		case !slices.Contains(report.Formats(), name):
			return fmt.Errorf("--format %s: expected one of %s", name, strings.Join(report.Formats(), ", "))
		case toFile && file == "":
			return fmt.Errorf("--format %s: expected the name of a file behind the equals sign", format)
		case isTaken:
			return fmt.Errorf("--format %s: %s goes to %s already; give each its own file, as in --format %s=FILE", format, other, shown, name)
		}
		taken[place] = name
	}
	return nil
}
