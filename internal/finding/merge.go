package finding

import "slices"

// Merge makes one finding of several with the same cause: the first, which also
// names the places of the others.
func Merge(members []Finding) Finding {
	members = fold(members)
	merged := members[0]
	if len(members) == 1 {
		return merged
	}
	merged.Related, merged.Paths = slices.Clone(merged.Related), slices.Clone(merged.Paths)
	merged.Members = members
	known := map[Related]bool{}
	for _, related := range merged.Related {
		known[related] = true
	}
	for _, member := range members[1:] {
		related := member.Related
		if member.Location != merged.Location {
			related = append([]Related{{Location: member.Location, Message: "the same in " + member.Label}}, related...)
		}
		for _, each := range related {
			if !known[each] {
				known[each] = true
				merged.Related = append(merged.Related, each)
			}
		}
		merged.Paths = append(merged.Paths, member.Paths...)
	}
	return merged
}

// identity is what users can tell findings of one cause apart by.
type identity struct{ unit, address, sid, fingerprint, place string }

// fold makes one of the members that nobody can tell apart.
func fold(members []Finding) []Finding {
	var folded []Finding
	at := map[identity]int{}
	known := map[int]map[Related]bool{}
	for _, member := range members {
		its := identity{member.Unit, member.Address, member.Sid, member.Fingerprint, member.Location.String()}
		i, seen := at[its]
		if !seen {
			at[its] = len(folded)
			folded = append(folded, member)
			continue
		}
		if known[i] == nil {
			known[i] = map[Related]bool{}
			folded[i].Related, folded[i].Paths = slices.Clone(folded[i].Related), slices.Clone(folded[i].Paths)
			for _, related := range folded[i].Related {
				known[i][related] = true
			}
		}
		for _, related := range member.Related {
			if !known[i][related] {
				known[i][related] = true
				folded[i].Related = append(folded[i].Related, related)
			}
		}
		folded[i].Paths = append(folded[i].Paths, member.Paths...)
	}
	return folded
}

// split separates a finding by what accept says of its members, which may change
// them: at most one finding of those that it refuses and one of the others.
func (f Finding) split(accept func(*Finding) bool) (refused, accepted []Finding) {
	members := slices.Clone(f.Members)
	if len(members) == 0 {
		members = []Finding{f}
	}
	var yes, no []Finding
	for _, member := range members {
		if accept(&member) {
			yes = append(yes, member)
		} else {
			no = append(no, member)
		}
	}
	if len(no) > 0 {
		refused = []Finding{Merge(no)}
	}
	if len(yes) > 0 {
		accepted = []Finding{Merge(yes)}
	}
	return refused, accepted
}
