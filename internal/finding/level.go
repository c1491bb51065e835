package finding

// Relevel gives findings the levels that levels has for their rules. Findings of
// rules whose level is "" are left out.
func Relevel(findings []Finding, levels map[string]Level) []Finding {
	kept := make([]Finding, 0, len(findings))
	for _, f := range findings {
		level, written := levels[f.Rule]
		switch {
		case !written:
		case level == "":
			continue
		default:
			f.Level = level
		}
		kept = append(kept, f)
	}
	return kept
}
