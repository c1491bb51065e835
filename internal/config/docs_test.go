package config

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/originkey/originkey/internal/source"
)

// TestDocumentedConfigurations reads each block of YAML in the documentation that is
// one of a configuration.
func TestDocumentedConfigurations(t *testing.T) {
	_, compiled := readSchema(t)
	block := regexp.MustCompile("(?s)```yaml\n(.*?)```")
	for _, page := range []string{"configuration.md", "suppressions.md"} {
		text, err := os.ReadFile(filepath.Join("../../docs", page))
		if err != nil {
			t.Fatal(err)
		}
		blocks := block.FindAllSubmatch(text, -1)
		if len(blocks) == 0 {
			t.Errorf("%s has no block", page)
		}
		for _, match := range blocks {
			file := source.NewFile(page, match[1])
			if _, err := Parse(file); err != nil {
				t.Errorf("%s: %v in\n%s", page, err, match[1])
				continue
			}
			documents, err := source.ParseYAML(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := compiled.Validate(plain(documents[0])); err != nil {
				t.Errorf("%s: %v", page, err)
			}
		}
	}
}
