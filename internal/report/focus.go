package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/graph"
)

// focused are the kinds of nodes that a picture shows.
var focused = []graph.Kind{graph.Distribution, graph.OAC, graph.OAI, graph.Bucket, graph.Key}

// Focus leaves the paths through the distributions, identities, buckets and keys
// with an address, and what was found about them. An address that several units
// define stands for all of them; the unit and "#" before it choose one. The
// error names similar addresses.
func (r *Report) Focus(g *graph.Graph, address string) error {
	chosen := map[*graph.Node]bool{}
	var known []string
	for _, node := range g.Nodes {
		if !slices.Contains(focused, node.Kind) {
			continue
		}
		known = append(known, node.Address)
		if slices.Contains([]string{node.Address, node.Label(), node.ConstructPath, node.ID}, address) {
			chosen[node] = true
		}
	}
	if len(chosen) == 0 || address == "" {
		return fmt.Errorf("no distribution, identity, bucket or key has this address%s", similar(address, known))
	}
	through := func(paths []*facts.Path) []*facts.Path {
		var left []*facts.Path
		for _, path := range paths {
			if chosen[path.Distribution] || chosen[path.Identity] || chosen[path.Bucket] || chosen[path.Key] {
				left = append(left, path)
			}
		}
		return left
	}
	r.Paths, r.Uploads, r.Focused = through(r.Paths), through(r.Uploads), address
	r.ofPaths = nil
	left := map[string]bool{}
	for _, path := range slices.Concat(r.Paths, r.Uploads) {
		left[path.ID] = true
	}
	r.Findings = slices.DeleteFunc(slices.Clone(r.Findings), func(f finding.Finding) bool {
		return f.Address != address && !slices.ContainsFunc(f.Paths, func(id string) bool { return left[id] })
	})
	return nil
}

// similar lists up to three addresses like one that does not exist.
func similar(address string, known []string) string {
	type candidate struct {
		address string
		like    float64
	}
	slices.Sort(known)
	var candidates []candidate
	for _, other := range slices.Compact(known) {
		like := levenshtein.Similarity(strings.ToLower(address), strings.ToLower(other), nil)
		if strings.Contains(strings.ToLower(other), strings.ToLower(address)) {
			like = 1
		}
		const enough = 0.5
		if like >= enough {
			candidates = append(candidates, candidate{other, like})
		}
	}
	if len(candidates) == 0 {
		return "; a picture without --focus shows all"
	}
	slices.SortStableFunc(candidates, func(x, y candidate) int { return cmp.Compare(y.like, x.like) })
	names := make([]string, 0, 3)
	for _, c := range candidates[:min(len(candidates), cap(names))] {
		names = append(names, c.address)
	}
	return "; did you mean " + strings.Join(names, " or ") + "?"
}
