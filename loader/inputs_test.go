package loader

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestReadParameters(t *testing.T) {
	tests := map[string]struct {
		file   string
		values map[string]string
		kept   []string
		err    string
	}{
		"AWS CLI":                 {`[{"ParameterKey": "A", "ParameterValue": "x"}, {"ParameterKey": "L", "ParameterValue": "a,b"}]`, map[string]string{"A": "x", "L": "a,b"}, nil, ""},
		"empty value":             {`[{"ParameterKey": "A", "ParameterValue": ""}]`, map[string]string{"A": ""}, nil, ""},
		"previous value":          {`[{"ParameterKey": "A", "UsePreviousValue": true}]`, map[string]string{}, []string{"A"}, ""},
		"previous value is false": {`[{"ParameterKey": "A", "ParameterValue": "x", "UsePreviousValue": false}]`, map[string]string{"A": "x"}, nil, ""},
		"overrides of deploy":     {`["A=x", "B=k=v", "C="]`, map[string]string{"A": "x", "B": "k=v", "C": ""}, nil, ""},
		"CodePipeline":            {`{"Parameters": {"A": "x", "N": 5, "B": true}, "Tags": {"T": "t"}, "StackPolicy": {"Statement": []}}`, map[string]string{"A": "x", "N": "5", "B": "true"}, nil, ""},
		"large number":            {`{"Parameters": {"A": 111122223333}}`, map[string]string{"A": "111122223333"}, nil, ""},
		"no value":                {`[{"ParameterKey": "A"}]`, nil, nil, "the parameter A has no value"},
		"no key":                  {`[{"ParameterValue": "A"}]`, nil, nil, "not a parameter file"},
		"no equals sign":          {`["A"]`, nil, nil, "not a parameter file"},
		"list as a value":         {`{"Parameters": {"A": ["x"]}}`, nil, nil, "the value of the parameter A is no text"},
		"several wrong values":    {`{"Parameters": {"D": [], "C": [], "B": [], "A": []}}`, nil, nil, "the value of the parameter A is no text"},
		"something else":          {`{"A": "x"}`, nil, nil, "not a parameter file"},
		"not JSON":                {`A: x`, nil, nil, "not a parameter file"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			in := parameters{values: map[string]string{}, kept: map[string]bool{}}
			err := in.read([]byte(test.file))
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("error is %v, want %q", err, test.err)
				}
				return
			}
			kept := slices.Sorted(maps.Keys(in.kept))
			if err != nil || !maps.Equal(in.values, test.values) || !slices.Equal(kept, test.kept) {
				t.Errorf("parameters are %v, kept %v: %v; want %v and %v", in.values, kept, err, test.values, test.kept)
			}
		})
	}
}

// TestLaterParameterFileWins reads two files that say different things.
func TestLaterParameterFileWins(t *testing.T) {
	in := parameters{values: map[string]string{}, kept: map[string]bool{}}
	for _, file := range []string{
		`[{"ParameterKey": "A", "ParameterValue": "x"}, {"ParameterKey": "B", "UsePreviousValue": true}]`,
		`[{"ParameterKey": "B", "ParameterValue": "y"}, {"ParameterKey": "A", "UsePreviousValue": true}]`,
	} {
		if err := in.read([]byte(file)); err != nil {
			t.Fatal(err)
		}
	}
	if !maps.Equal(in.values, map[string]string{"B": "y"}) || !maps.Equal(in.kept, map[string]bool{"A": true}) {
		t.Errorf("parameters are %v, kept %v", in.values, in.kept)
	}
}

// TestFlagsWinOverConfiguration gives parameters in the configuration and on the
// command line.
func TestFlagsWinOverConfiguration(t *testing.T) {
	configured := parameters{values: map[string]string{"A": "x", "B": "x", "C": "x"}, kept: map[string]bool{"D": true}}
	flags := parameters{values: map[string]string{"B": "y", "D": "y"}, kept: map[string]bool{"C": true}}
	got := configured.under(flags)
	if !maps.Equal(got.values, map[string]string{"A": "x", "B": "y", "D": "y"}) || !maps.Equal(got.kept, map[string]bool{"C": true}) {
		t.Errorf("parameters are %v, kept %v", got.values, got.kept)
	}
	if len(configured.values) != 3 || len(flags.values) != 2 {
		t.Error("the parameters themselves have changed")
	}
}

func FuzzReadParameters(f *testing.F) {
	f.Add(`[{"ParameterKey": "A", "ParameterValue": "x"}, {"ParameterKey": "B", "UsePreviousValue": true}, "C=d"]`)
	f.Add(`{"Parameters": {"A": "x", "N": 5e3, "B": true}, "Tags": {}}`)
	f.Fuzz(func(t *testing.T, text string) {
		in := parameters{values: map[string]string{}, kept: map[string]bool{}}
		if in.read([]byte(text)) != nil {
			return
		}
		for key := range in.kept {
			if _, given := in.values[key]; given {
				t.Errorf("%s keeps its value and has a new one", key)
			}
		}
	})
}
