package cli

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/originkey/originkey/internal/config"
	"github.com/originkey/originkey/internal/engine"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/source"
)

func (c Command) config() *cobra.Command {
	var input inputFlags
	var failOn string
	command := &cobra.Command{
		Use:   "config [PATH...]",
		Short: "Show the configuration that is in force and where each value comes from",
		Long: `Config prints the configuration that "originkey lint" uses with the same paths and
flags, as YAML: what is written in the file, what flags say, and the defaults. A
comment behind each value says where it comes from.`,
		RunE: func(command *cobra.Command, paths []string) error {
			if err := checkFailOn(failOn); err != nil {
				return err
			}
			if _, err := c.text(input); err != nil {
				return err
			}
			configuration, err := c.configuration(paths, input)
			if err != nil {
				return err
			}
			e, err := c.engine(paths, configuration, input)
			if err != nil {
				return err
			}
			if _, err := input.options(c.Directory); err != nil {
				return err
			}
			if !command.Flags().Changed("fail-on") {
				failOn = ""
			}
			if err := writeConfig(c.log(c.Stdout), configuration, e.Rules(), input, failOn); err != nil {
				return fmt.Errorf("write the configuration: %w", err)
			}
			return nil
		},
	}
	input.register(command)
	registerFailOn(command, &failOn)
	return command
}

func registerFailOn(command *cobra.Command, into *string) {
	command.Flags().StringVar(into, "fail-on", string(finding.Warning), "lowest `LEVEL` that makes the exit code 1: note, warning, error, never")
}

func checkFailOn(level string) error {
	if !slices.Contains([]string{"note", "warning", "error", "never"}, level) {
		return fmt.Errorf("--fail-on %s: expected note, warning, error or never", level)
	}
	return nil
}

// A line is one line of YAML with the place that its value comes from, or "".
type line struct{ text, from string }

// A configWriter collects what is in force.
type configWriter struct {
	lines []line
	unset []string
}

const byDefault = "default"

// writeConfig writes what is in force. from may be nil; failOn is that of the
// command line, or "".
func writeConfig(w io.Writer, from *config.Config, existing []engine.Rule, input inputFlags, failOn string) error {
	p := &configWriter{}
	if from == nil {
		from = &config.Config{}
		p.add("# there is no "+config.Name+" here or above", "")
	} else {
		p.add("# the configuration is "+from.File, "")
	}
	p.optional("account", from.Account)
	p.optional("region", from.Region)
	p.optional("partition", from.Partition)
	p.list("trusted_accounts", from.TrustedAccounts, "")
	p.scalar("assume", from.Assume, "true")
	if failOn != "" {
		p.add("fail-on: "+failOn, "--fail-on")
	} else {
		p.scalar("fail-on", from.FailOn, string(finding.Warning))
	}
	p.list("exclude", from.Exclude, "--exclude", input.exclude...)
	p.rules(from.Rules, existing)
	p.ignores(from.Ignores)
	p.limits(from.Limits)
	p.list("rule_folders", from.RuleFolders, "--rules", input.rules...)
	p.inputs(from)
	p.bindings(from)
	p.flags(input)
	if len(p.unset) > 0 {
		p.add("# not set: "+strings.Join(p.unset, ", "), "")
	}
	return p.write(w)
}

// limits writes the limits that are written. Those that are not are in docs/limits.md.
func (p *configWriter) limits(from config.Limits) {
	named := []struct {
		name string
		text source.Text
	}{
		{"file_size", from.FileSize}, {"total_size", from.TotalSize}, {"files", from.Files},
		{"steps", from.Steps}, {"rule_seconds", from.RuleSeconds}, {"rule_megabytes", from.RuleMegabytes},
	}
	written := 0
	for _, each := range named {
		if !each.text.IsZero() {
			written++
		}
	}
	p.heading("limits", written)
	for _, each := range named {
		if !each.text.IsZero() {
			p.add("  "+each.name+": "+each.text.Text, place(each.text))
		}
	}
}

func (p *configWriter) add(text, from string) { p.lines = append(p.lines, line{text, from}) }

// heading begins a list or mapping, or notes that it is not written.
func (p *configWriter) heading(name string, length int) {
	if length == 0 {
		p.unset = append(p.unset, name)
		return
	}
	p.add(name+":", "")
}

func (p *configWriter) optional(name string, text source.Text) {
	if text.IsZero() {
		p.unset = append(p.unset, name)
		return
	}
	p.add(name+": "+scalar(text.Text), place(text))
}

func (p *configWriter) scalar(name string, text source.Text, otherwise string) {
	if text.IsZero() {
		p.add(name+": "+otherwise, byDefault)
		return
	}
	p.add(name+": "+text.Text, place(text))
}

// list writes what is configured and what a flag adds to it.
func (p *configWriter) list(name string, texts []source.Text, flag string, given ...string) {
	p.heading(name, len(texts)+len(given))
	for _, text := range texts {
		p.add("  - "+scalar(text.Text), place(text))
	}
	for _, text := range given {
		p.add("  - "+scalar(text), flag)
	}
}

func (p *configWriter) rules(written []config.Rule, existing []engine.Rule) {
	p.add("rules:", "")
	for _, rule := range existing {
		level, from := string(rule.Level), byDefault
		for _, its := range written {
			if its.Name.Text == rule.Name {
				level, from = its.Level.Text, place(its.Level)
			}
		}
		p.add("  "+rule.Name+": "+level, from)
	}
}

func (p *configWriter) ignores(ignores []finding.Ignore) {
	p.heading("ignores", len(ignores))
	for _, ignore := range ignores {
		names := make([]string, len(ignore.Rules))
		for i, rule := range ignore.Rules {
			names[i] = rule.Text
		}
		place := place(source.Text{Location: ignore.Location})
		p.add("  - rule: ["+strings.Join(names, ", ")+"]", place)
		p.add("    reason: "+scalar(ignore.Reason), place)
		for _, each := range []struct{ name, text string }{
			{"until", ignore.Until}, {"file", ignore.File}, {"address", ignore.Address}, {"sid", ignore.Sid},
		} {
			if each.text != "" {
				p.add("    "+each.name+": "+scalar(each.text), place)
			}
		}
	}
}

// inputs writes what is given to variables and parameters of single units.
func (p *configWriter) inputs(from *config.Config) {
	p.heading("roots", len(from.Roots))
	for _, root := range from.Roots {
		p.add("  - path: "+scalar(root.Path.Text), place(root.Path))
		if len(root.VarFiles) > 0 {
			p.add("    var_files:", "")
		}
		for _, file := range root.VarFiles {
			p.add("      - "+scalar(file.Text), place(file))
		}
		if len(root.Variables) > 0 {
			p.add("    variables:", "")
		}
		for _, variable := range root.Variables {
			p.add("      "+scalar(variable.Name.Text)+": "+flow(variable.Value), place(variable.Name))
		}
	}
	p.heading("templates", len(from.Templates))
	for _, template := range from.Templates {
		p.add("  - path: "+scalar(template.Path.Text), place(template.Path))
		if !template.ParameterFile.IsZero() {
			p.add("    parameters: "+scalar(template.ParameterFile.Text), place(template.ParameterFile))
		}
		if len(template.Parameters) > 0 {
			p.add("    parameters:", "")
		}
		for _, parameter := range template.Parameters {
			p.add("      "+scalar(parameter.Name.Text)+": "+strconv.Quote(parameter.Value.Text), place(parameter.Name))
		}
	}
}

func (p *configWriter) bindings(from *config.Config) {
	p.heading("policies", len(from.Policies))
	for _, policy := range from.Policies {
		p.add("  - file: "+scalar(policy.File.Text), place(policy.File))
		for name, text := range map[string]source.Text{"key": policy.Key, "bucket": policy.Bucket} {
			if !text.IsZero() {
				p.add("    "+name+": "+scalar(text.Text), place(text))
			}
		}
	}
	p.heading("buckets", len(from.Buckets))
	for _, bucket := range from.Buckets {
		p.add("  - bucket: "+scalar(bucket.Bucket.Text), place(bucket.Bucket))
		p.add("    key: "+scalar(bucket.Key.Text), place(bucket.Key))
	}
	for _, each := range []struct {
		name        string
		identifiers []config.Identifier
	}{{"distributions", from.Distributions}, {"identities", from.Identities}} {
		p.heading(each.name, len(each.identifiers))
		for _, identifier := range each.identifiers {
			p.add("  "+scalar(identifier.Address.Text)+": "+scalar(identifier.ID.Text), place(identifier.ID))
		}
	}
}

// flags writes, as comments, what only the command line says.
func (p *configWriter) flags(input inputFlags) {
	for _, each := range []struct {
		flag   string
		values []string
	}{{"--var", input.variables}, {"--var-file", input.variableFiles}, {"--parameters", input.parameterFiles}} {
		for _, value := range each.values {
			p.add("# "+each.flag+" "+strconv.Quote(value)+" for every unit", "")
		}
	}
}

// write aligns the comments.
func (p *configWriter) write(w io.Writer) error {
	const widest = 60
	width := 0
	for _, line := range p.lines {
		if length := len([]rune(line.text)); line.from != "" && length <= widest {
			width = max(width, length)
		}
	}
	var text strings.Builder
	for _, line := range p.lines {
		if line.from == "" {
			fmt.Fprintf(&text, "%s\n", line.text)
			continue
		}
		fmt.Fprintf(&text, "%-*s  # %s\n", width, line.text, line.from)
	}
	_, err := io.WriteString(w, text.String())
	return err
}

func place(text source.Text) string {
	return fmt.Sprintf("%s:%d", text.Location.File, text.Location.Line)
}

// plainForm is what YAML reads as text without quotes.
var plainForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_./-]*$`)

// scalar writes text as YAML, in quotes where it could be read as something else.
func scalar(text string) string {
	words := []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
	if plainForm.MatchString(text) && !slices.Contains(words, strings.ToLower(text)) {
		return text
	}
	return strconv.Quote(text)
}

// flow writes a value on one line.
func flow(node *source.Node) string {
	switch node.Kind {
	case source.SequenceNode:
		items := make([]string, len(node.Items))
		for i, item := range node.Items {
			items[i] = flow(item)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case source.MappingNode:
		members := make([]string, len(node.Members))
		for i, member := range node.Members {
			members[i] = scalar(member.Key.Text) + ": " + flow(member.Value)
		}
		return "{" + strings.Join(members, ", ") + "}"
	case source.StringNode:
		return scalar(node.Text)
	case source.NullNode:
		return "null"
	default:
		return node.Text
	}
}
