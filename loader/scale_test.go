package loader

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/originkey/originkey/internal/graph"
)

// TestEachFileIsReadOnce counts the files that are read of a repository with units
// of all kinds.
func TestEachFileIsReadOnce(t *testing.T) {
	folder := t.TempDir()
	files := 0
	add := func(name, text string) {
		files++
		name = filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	add("modules/key/main.tf", "resource \"aws_kms_key\" \"k\" {}\n")
	for i := range 20 {
		add(fmt.Sprintf("roots/r%d/main.tf", i), "variable \"v\" {}\nmodule \"key\" {\n  source = \"../../modules/key\"\n}\n")
		add(fmt.Sprintf("roots/r%d/terraform.tfvars", i), "v = 1\n")
		add(fmt.Sprintf("templates/t%d.yaml", i), "Resources:\n  K:\n    Type: AWS::KMS::Key\n")
		add(fmt.Sprintf("policies/p%d.json", i), `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}]}`)
		add(fmt.Sprintf("other/o%d.yaml", i), "kind: Deployment\n")
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	in, err := readInputs(Options{}, folder)
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRepository(root, nil, Limits{}, in)
	if err != nil {
		t.Fatal(err)
	}
	l := &loading{repository: r, inputs: in, selected: r.selection([]string{"."}, ""), whole: graph.NewBuilder()}
	l.coverage = newCoverage(l.selected, r.exclude)
	units := r.units(context.Background(), l.selected)
	if err := l.load(t.Context(), units); err != nil {
		t.Fatal(err)
	}
	if err := l.load(t.Context(), r.policyUnits(l.selected, nil, l.coverage.reads)); err != nil {
		t.Fatal(err)
	}
	if len(units) != 40 || len(l.diagnostics)+len(r.diagnostics) > 0 {
		t.Fatalf("%d units, diagnostics = %v %v", len(units), l.diagnostics, r.diagnostics)
	}
	if r.reads != files {
		t.Errorf("%d files were read %d times", files, r.reads)
	}
	for name := range r.files {
		if filepath.Dir(name) == "other" {
			t.Errorf("%s is kept", name)
		}
	}
}
