package cli

import (
	"fmt"
	"time"

	"github.com/originkey/originkey/internal/finding"
)

// day returns the day that suppressions end by: the one that is given, else the
// current one in UTC.
func day(given string) (string, error) {
	if given == "" {
		return time.Now().UTC().Format(time.DateOnly), nil
	}
	if !finding.IsDate(given) {
		return "", fmt.Errorf("--today %s: expected a day such as 2026-12-31", given)
	}
	return given, nil
}
