package iam

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of docs/how-it-decides.md anew")

// TestContextTableIsDocumented asserts that the documentation shows the table that
// requests are made of. With -update it writes it.
func TestContextTableIsDocumented(t *testing.T) {
	const (
		page  = "../../docs/how-it-decides.md"
		begin = "<!-- The table is written by: go test ./internal/iam -run TestContextTable -update -->\n"
		end   = "<!-- end of the table -->\n"
	)
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no place for the table", page)
	}
	want := before + begin + contextTable() + end + after
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(text) != want {
		t.Errorf("the table of %s is not current; write it with -update", page)
	}
}

func contextTable() string {
	var table strings.Builder
	table.WriteString("\n| Condition key | Caller | Request | In the request | Value, or why | Source |\n|---|---|---|---|---|---|\n")
	for _, row := range contextRows {
		caller := map[PrincipalType]string{Service: "OAC", AWS: "OAI", "": "OAC, OAI"}[row.caller]
		actions := "all"
		if len(row.actions) > 0 {
			actions = strings.NewReplacer("s3,", "S3", "kms,", "KMS", ",", "").Replace(strings.Join(row.actions, ", ") + ",")
		}
		detail := row.shown
		if detail == "" {
			detail = row.reason
		}
		if detail == "" {
			detail = "AWS does not say"
		}
		link := "none found"
		if row.source != nowhereSaid {
			link = fmt.Sprintf("[%s](%s)", sourceNames[row.source], row.source)
		}
		presence := map[Presence]string{Present: "yes", Missing: "no", Undocumented: "unknown"}[row.presence]
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s | %s | %s |\n", strings.Join(row.keys, "`, `"), caller, actions, presence, detail, link)
	}
	table.WriteString("\n")
	return table.String()
}

var sourceNames = map[string]string{
	globalKeys:     "IAM",
	policyChecks:   "Access Analyzer",
	keyPolicies:    "KMS",
	kmsConditions:  "KMS",
	restrictAccess: "CloudFront",
	s3Encryption:   "S3",
	s3Conditions:   "S3",
	minimumTLS:     "AWS",
	dataPerimeter:  "AWS examples",
}

// context is all that the rows say of a request, by the names of keys in small letters.
func (r *Read) context(caller PrincipalType, action string) map[string]ContextValue {
	context := map[string]ContextValue{}
	for i := range contextRows {
		if row := &contextRows[i]; row.covers(caller, action) {
			for _, key := range row.keys {
				context[strings.ToLower(key)] = row.carried(r)
			}
		}
	}
	return context
}

// TestContextRows asserts that each row is used, says what it has to, and that no
// two rows speak of the same key of the same request.
func TestContextRows(t *testing.T) {
	for i, row := range contextRows {
		if row.presence == Present != (row.carries != nil) || row.presence == Present && row.shown == "" {
			t.Errorf("row %d, %v: a key that is present needs a value, any other has none", i, row.keys)
		}
		if row.presence == Missing && (row.reason == "" || row.source == "") {
			t.Errorf("row %d, %v: a key that is absent needs the reason and its source", i, row.keys)
		}
		if row.source != nowhereSaid && sourceNames[row.source] == "" {
			t.Errorf("row %d: %s has no name", i, row.source)
		}
	}
	for _, caller := range []PrincipalType{Service, AWS} {
		for _, action := range []string{"s3:GetObject", "s3:PutObject", "kms:Decrypt", "kms:GenerateDataKey"} {
			seen := map[string]bool{}
			for _, row := range contextRows {
				if !row.covers(caller, action) {
					continue
				}
				for _, key := range row.keys {
					if key = strings.ToLower(key); seen[key] {
						t.Errorf("%s %s: two rows speak of %s", caller, action, key)
					}
					seen[key] = true
				}
			}
		}
	}
}
