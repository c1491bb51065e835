package suppression

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/source"
)

var existing = []string{"denied-decrypt", "public-decrypt"}

// describe writes what was read: "rules within reason until".
func describe(ignore finding.Ignore) string {
	names := make([]string, len(ignore.Rules))
	for i, rule := range ignore.Rules {
		names[i] = rule.Text
	}
	text := fmt.Sprintf("%s %d:%d-%d:%d %s", strings.Join(names, ","), ignore.Within.Line, ignore.Within.Column, ignore.Within.EndLine, ignore.Within.EndColumn, ignore.Reason)
	if ignore.Until != "" {
		text += " until " + ignore.Until
	}
	if ignore.Sid != "" {
		text += " sid " + ignore.Sid
	}
	return text
}

func TestRead(t *testing.T) {
	for name, test := range map[string]struct {
		file, text string
		want       []string
	}{
		"behind code": {"main.tf", "a = 1 # originkey:ignore public-decrypt -- it is public\nb = 1\n", []string{"public-decrypt 1:1-2:1 it is public"}},
		"above code":  {"main.tf", "# originkey:ignore public-decrypt -- why\na = 1\n", []string{"public-decrypt 2:1-3:1 why"}},
		"slashes":     {"main.tf", "\n  //originkey:ignore public-decrypt -- why\n  a = 1\n", []string{"public-decrypt 3:1-4:1 why"}},
		"block comment": {"main.tofu", "a = /* originkey:ignore public-decrypt -- why */ 1\n/* originkey:ignore denied-decrypt -- why */\nb = 1\n",
			[]string{"public-decrypt 1:1-2:1 why", "denied-decrypt 3:1-4:1 why"}},
		"block comment of several lines": {"main.tf", "/*\n * Prose.\n * originkey:ignore public-decrypt -- why\n * originkey:ignore denied-decrypt -- why not\n */\nb = 1\n",
			[]string{"public-decrypt 6:1-7:1 why", "denied-decrypt 6:1-7:1 why not"}},
		"comments below each other": {"main.tf", "# originkey:ignore public-decrypt -- why\n# Prose.\n# originkey:ignore denied-decrypt -- why not\na = 1\n",
			[]string{"public-decrypt 4:1-5:1 why", "denied-decrypt 4:1-5:1 why not"}},
		"empty line between":      {"main.tf", "# originkey:ignore public-decrypt -- why\n\na = 1\n", []string{"public-decrypt 2:1-3:1 why"}},
		"several rules":           {"main.tf", "a = 1 # originkey:ignore public-decrypt,denied-decrypt until=2026-02-28 -- why\n", []string{"public-decrypt,denied-decrypt 1:1-2:1 why until 2026-02-28"}},
		"space behind commas":     {"main.tf", "a = 1 # originkey:ignore public-decrypt, denied-decrypt -- why -- really\n", []string{"public-decrypt,denied-decrypt 1:1-2:1 why -- really"}},
		"line endings of Windows": {"main.tf", "# originkey:ignore public-decrypt -- why\r\na = 1\r\n", []string{"public-decrypt 2:1-3:1 why"}},
		"byte order mark":         {"main.tf", "\xef\xbb\xbf# originkey:ignore public-decrypt -- why\na = 1\n", []string{"public-decrypt 2:1-3:1 why"}},
		"last line":               {"main.tf", "a = 1 # originkey:ignore public-decrypt -- why", []string{"public-decrypt 1:1-2:1 why"}},
		"in a string":             {"main.tf", "a = \"# originkey:ignore public-decrypt -- why\"\n", nil},
		"above a heredoc": {"main.tf", "# originkey:ignore public-decrypt -- why\na = <<EOT\n  ${<<-B\n x\n  B\n  }\nEOT\nb = 1 # originkey:ignore denied-decrypt -- why\n",
			[]string{"public-decrypt 2:1-8:1 why", "denied-decrypt 8:1-9:1 why"}},
		"YAML above a block": {"t.yaml", "# originkey:ignore public-decrypt -- why\na: |\n  b\n  c\nd: 1 # originkey:ignore denied-decrypt -- why\n", []string{"public-decrypt 2:1-5:1 why", "denied-decrypt 5:1-6:1 why"}},
		"in a heredoc":       {"main.tf", "a = <<EOT\n# originkey:ignore public-decrypt -- why\nEOT\n", nil},
		"prose":              {"main.tf", "# originkey: finds it.\n# See originkey:ignore in the documentation.\n", nil},
		"variable file":      {"prod.tfvars", "a = 1 # originkey:ignore public-decrypt -- why\n", []string{"public-decrypt 1:1-2:1 why"}},

		"YAML behind code": {"t.yaml", "a:\n  - b: c # originkey:ignore public-decrypt -- why\n    d: e\n", []string{"public-decrypt 2:1-3:1 why"}},
		"YAML above code":  {"t.yml", "a:\n  # originkey:ignore public-decrypt -- why\n  - b: c\n", []string{"public-decrypt 3:1-4:1 why"}},
		"YAML in quotes":   {"t.yaml", "a: ' # originkey:ignore public-decrypt -- why'\nb: \"x\n  # originkey:ignore public-decrypt -- why\"\n", nil},
		"YAML in a block":  {"t.yaml", "a: |\n  # originkey:ignore public-decrypt -- why\n  b\nc: >-\n\n  d\n  # originkey:ignore public-decrypt -- why\n", nil},
		"YAML behind a block": {"t.yaml", "a: | # originkey:ignore public-decrypt -- why\n  b\nc: !Sub &x >- # originkey:ignore denied-decrypt -- why\n  d\n# originkey:ignore public-decrypt -- why not\ne: 1\n",
			[]string{"public-decrypt 1:1-3:1 why", "denied-decrypt 3:1-5:1 why", "public-decrypt 6:1-7:1 why not"}},
		"YAML in flow style": {"t.yaml", "a: [\n  {b: c}, # originkey:ignore public-decrypt -- why\n  {b: \"#\"}, # originkey:ignore denied-decrypt -- why\n  x#y]\n",
			[]string{"public-decrypt 2:1-3:1 why", "denied-decrypt 3:1-4:1 why"}},
		"YAML aliases":                {"t.yaml", "a: &a [b, 'c # d']\ne: *a # originkey:ignore public-decrypt -- why\nf:\n  <<: {g: h} # originkey:ignore denied-decrypt -- why\n", []string{"public-decrypt 2:1-3:1 why", "denied-decrypt 4:1-5:1 why"}},
		"YAML documents":              {"t.yaml", "a: b\n--- # originkey:ignore public-decrypt -- why\nc: d # originkey:ignore public-decrypt -- why\n", []string{"public-decrypt 2:1-3:1 why", "public-decrypt 3:1-4:1 why"}},
		"YAML in a template":          {"t.template", "a: b # originkey:ignore public-decrypt -- why\n", []string{"public-decrypt 1:1-2:1 why"}},
		"YAML with astral characters": {"t.yaml", "a: '𝒜' # originkey:ignore public-decrypt -- why 𝒜\n", []string{"public-decrypt 1:1-2:1 why 𝒜"}},

		"metadata in JSON": {"t.json", `{"Resources": {
  "Key": {
    "Metadata": {"originkey": {"ignore": [{"rule": "public-decrypt", "reason": "why", "until": "2026-02-28", "sid": "A"}, {"rule": ["public-decrypt", "denied-decrypt"], "reason": "why not"}]}}
  }}}`, []string{"public-decrypt 2:3-4:4 why until 2026-02-28 sid A", "public-decrypt,denied-decrypt 2:3-4:4 why not"}},
		"metadata in YAML":       {"t.yaml", "Resources:\n  Key:\n    Metadata:\n      originkey:\n        ignore:\n          - rule: public-decrypt\n            reason: why\n  Other:\n    Type: T\n", []string{"public-decrypt 2:3-7:24 why"}},
		"metadata in a template": {"t.template", ` {"Resources": {"Key": {"Metadata": {"originkey": {"ignore": [{"rule": "public-decrypt", "reason": "why"}]}}}}}`, []string{"public-decrypt 1:17-1:110 why"}},

		"Terraform JSON": {"main.tf.json", `{
  "//": "prose",
  "resource": {"aws_kms_key": {
    "a": {"//": "originkey:ignore public-decrypt -- why"},
    "b": [{"//": ["prose", "originkey:ignore denied-decrypt -- why"]}]
  }},
  "module": {"c": {"//": "originkey:ignore public-decrypt -- module"}},
  "data": {"aws_iam_policy_document": {"d": {
    "statement": [
      {"actions": ["kms:*"]},
      {"//": "originkey:ignore public-decrypt -- statement"}
    ]
  }}},
  "locals": {"//": "originkey:ignore public-decrypt -- locals"}
}`, []string{"public-decrypt 4:5-4:58 why", "denied-decrypt 5:11-5:70 why", "public-decrypt 7:14-7:70 module", "public-decrypt 11:7-11:61 statement", "public-decrypt 14:3-14:64 locals"}},
		"policy in JSON": {"policy.json", `{"//": "originkey:ignore public-decrypt -- why", "Statement": []}`, nil},
		"broken":         {"t.yaml", "a: [ # originkey:ignore public-decrypt -- why\n", nil},
	} {
		ignores, diagnostics := Read([]*source.File{source.NewFile(test.file, []byte(test.text))}, existing)
		var got []string
		for _, ignore := range ignores {
			got = append(got, describe(ignore))
			if ignore.Kind != finding.InSource || ignore.Within.File != test.file || ignore.Location.File != test.file {
				t.Errorf("%s: %v", name, ignore)
			}
		}
		if !slices.Equal(got, test.want) || len(diagnostics) > 0 {
			t.Errorf("%s: it says\n%s\n%v\nwant\n%s", name, strings.Join(got, "\n"), diagnostics, strings.Join(test.want, "\n"))
		}
	}
}

func TestWrong(t *testing.T) {
	for text, want := range map[string]string{
		"a = 1 # originkey:ignore public-decrypt":                                     `main.tf:1:9: the suppression has no reason: write " -- " and the reason at its end`,
		"a = 1 # originkey:ignore public-decrypt --":                                  `main.tf:1:9: the suppression has no reason: write " -- " and the reason at its end`,
		"a = 1 # originkey:ignore public-decrypt because":                             `main.tf:1:9: the suppression has no reason: write " -- " and the reason at its end`,
		"a = 1 # originkey:ignore public-decrypt, publik-decrypt until=soon — a dash": "main.tf:1:42: there is no rule publik-decrypt; did you mean public-decrypt?\nmain.tf:1:57: until=soon: expected a day such as until=2026-12-31\nmain.tf:1:9: the suppression has no reason: write \" -- \" and the reason at its end",
		"a = 1 # originkey:ignore -- why":                                             `main.tf:1:9: the suppression names no rule: write "originkey:ignore RULE -- reason"`,
		"a = 1 # originkey:ignore publik-decrypt -- why":                              "main.tf:1:26: there is no rule publik-decrypt; did you mean public-decrypt?",
		"a = 1 # originkey:ignore * -- why":                                           `main.tf:1:26: there is no rule *; "originkey rules" lists them`,
		"a = 1 # originkey:ignore public-decrypt,public-decrypt -- why":               "main.tf:1:41: public-decrypt is written twice",
		"a = 1 # originkey:ignore public-decrypt until=soon -- why":                   "main.tf:1:41: until=soon: expected a day such as until=2026-12-31",
		"a = 1 # originkey:ignore public-decrypt until=2026-02-30 -- why":             "main.tf:1:41: until=2026-02-30: expected a day such as until=2026-12-31",
		"a = 1 # originkey:ignore public-decrypt from=2026-02-03 -- why":              "main.tf:1:41: from=2026-02-03 is not known; there is until=2026-12-31",
		"a = 1 # originkey:disable public-decrypt -- why":                             `main.tf:1:9: there is no comment "originkey:disable": write "originkey:ignore RULE -- reason"`,
		"a = 1 # originkey: ignore public-decrypt -- why":                             `main.tf:1:9: there is no comment "originkey:": write "originkey:ignore RULE -- reason"`,
		"/*\n  originkey:ignore publik-decrypt -- why\n*/":                            "main.tf:2:20: there is no rule publik-decrypt; did you mean public-decrypt?",
	} {
		check(t, "main.tf", text, want)
	}
	for text, want := range map[string]string{
		`{"Resources": {"K": {"Metadata": {"originkey": {"ignore": [{"rule": "public-decrypt"}]}}}}}`:                                "t.json:1:60: reason is missing: say why the finding is accepted",
		`{"Resources": {"K": {"Metadata": {"originkey": {"ignore": [{"reason": "why"}]}}}}}`:                                         "t.json:1:60: rule is missing",
		`{"Resources": {"K": {"Metadata": {"originkey": {"ignore": [{"rule": [], "reason": "why"}]}}}}}`:                             "t.json:1:69: expected a rule or a list of rules",
		`{"Resources": {"K": {"Metadata": {"originkey": {"ignore": [{"rule": "publik-decrypt", "reason": "why"}]}}}}}`:               "t.json:1:69: there is no rule publik-decrypt; did you mean public-decrypt?",
		`{"Resources": {"K": {"Metadata": {"originkey": {"ignore": [{"rule": "public-decrypt", "reason": "why", "until": "x"}]}}}}}`: "t.json:1:113: expected a day such as 2026-12-31, not x",
		`{"Resources": {"K": {"Metadata": {"originkey": {"ignore": [{"rules": "public-decrypt", "reason": "why"}]}}}}}`:              "t.json:1:61: an element of ignore has no key rules; did you mean rule?\nt.json:1:60: rule is missing",
		`{"Resources": {"K": {"Metadata": {"originkey": {"ignores": []}}}}}`:                                                         "t.json:1:49: originkey has no key ignores; did you mean ignore?",
		`{"Resources": {"K": {"Metadata": {"originkey": "ignore"}}}}`:                                                                "t.json:1:48: originkey has to be a mapping with the keys ignore",
	} {
		check(t, "t.json", text, want)
	}
	for text, at := range map[string]string{
		`{"//": "originkey:ignore public-decrypt -- why"}`:                                         "1:8",
		`{"//": ["prose", "originkey:ignore public-decrypt -- why"]}`:                              "1:18",
		`{"resource": {"//": "originkey:ignore public-decrypt -- why"}}`:                           "1:21",
		`{"resource": {"aws_kms_key": {"//": "originkey:ignore public-decrypt -- why", "a": {}}}}`: "1:37",
	} {
		check(t, "main.tf.json", text, "main.tf.json:"+at+": the suppression is in no block: write it into the body of a resource, data, module or locals block")
	}
	check(t, "main.tf.json", `{"resource": {"aws_kms_key": {"a": {"//": "originkey:ignore publik-decrypt -- why"}}}}`, "main.tf.json:1:61: there is no rule publik-decrypt; did you mean public-decrypt?")
}

func check(t *testing.T, file, text, want string) {
	t.Helper()
	ignores, diagnostics := Read([]*source.File{source.NewFile(file, []byte(text))}, existing)
	var lines []string
	for _, d := range diagnostics {
		if d.Severity != source.Error {
			t.Errorf("%q: %v is no error", text, d)
		}
		lines = append(lines, fmt.Sprintf("%s: %s", d.Location, d.Message))
	}
	if got := strings.Join(lines, "\n"); got != want || len(ignores) > 0 {
		t.Errorf("%q is wrong because\n%s\nwant\n%s\nand accepts %v", text, got, want, ignores)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("main.tf", "a = 1 # originkey:ignore public-decrypt until=2026-02-28 -- why\n/* originkey:ignore */\n")
	f.Add("t.yaml", "a: | # originkey:ignore public-decrypt -- why\n  b\nResources: {K: {Metadata: {originkey: {ignore: [{rule: a}]}}}}\n")
	f.Add("main.tf.json", `{"resource": {"a": {"b": {"//": ["originkey:ignore public-decrypt -- why"]}}}}`)
	f.Fuzz(func(t *testing.T, name, text string) {
		ignores, _ := Read([]*source.File{source.NewFile(name, []byte(text))}, existing)
		for _, ignore := range ignores {
			if ignore.Reason == "" || len(ignore.Rules) == 0 || ignore.Within.Line < 1 {
				t.Errorf("%q gives %v", text, ignore)
			}
		}
	})
}
