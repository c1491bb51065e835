package engine

import (
	"context"
	"strconv"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/originkey/originkey/internal/facts"
)

// A store lets rules read the Data of a result. It writes the terms of a node, its
// edges and its facts when a rule reads them, and keeps none: rules look at few of
// them, and those of all take more memory than the graph. What a rule reads whole,
// as to go over all nodes, is written once and kept.
type store struct {
	storage.TriggersNotSupported
	storage.PolicyNotSupported
	storage.WritesNotSupported

	graph  map[string]stored
	config ast.Object
}

// A stored is a member of the graph.
type stored struct {
	member
	whole func() ast.Object
}

func newStore(r *facts.Result, paths map[string]*facts.Path, config Config) *store {
	s := &store{graph: map[string]stored{}, config: configObject(config)}
	for name, member := range graphMembers(r, paths) {
		s.graph[name] = stored{member, sync.OnceValue(member.whole)}
	}
	return s
}

// Read implements storage.Store.
func (s *store) Read(_ context.Context, transaction storage.Transaction, path storage.Path) (any, error) {
	reading, _ := transaction.(*reading)
	v, rest := s.find(path, reading)
	for _, element := range rest {
		if v == nil {
			break
		}
		v = below(v, element)
	}
	if v == nil {
		return nil, &storage.Error{Code: storage.NotFoundErr, Message: path.String()}
	}
	return v, nil
}

// find returns the largest document of its own that a path leads into, and the rest
// of the path. The document is nil where there is none.
func (s *store) find(path storage.Path, reading *reading) (ast.Value, storage.Path) {
	switch {
	case len(path) == 0:
		return object("graph", s.wholeGraph(), "config", s.config), nil
	case path[0] == "config":
		return s.config, path[1:]
	case path[0] != "graph":
		return nil, nil
	case len(path) == 1:
		return s.wholeGraph(), nil
	}
	its, isMember := s.graph[path[1]]
	switch {
	case !isMember:
		return nil, nil
	case len(path) == 2:
		return its.whole(), nil
	}
	one := reading.read(path[1], path[2], its.one)
	if one == nil {
		return nil, nil
	}
	return one, path[3:]
}

// A reading is a transaction that holds what is known of one subject: what was read of the
// graph for it, and what the library says of it. The rules that may report the subject
// need not find it out again. It is not safe for concurrent use, and may be nil.
type reading struct {
	documents map[document]ast.Object
	library   topdown.VirtualCache
}

// A document is one of a member of the graph.
type document struct{ member, id string }

func (r *reading) read(member, id string, one func(string) ast.Object) ast.Object {
	if r == nil {
		return one(id)
	}
	at := document{member, id}
	read, before := r.documents[at]
	if !before {
		if r.documents == nil {
			r.documents = map[document]ast.Object{}
		}
		read = one(id)
		r.documents[at] = read
	}
	return read
}

// ID implements storage.Transaction.
func (*reading) ID() uint64 { return 0 }

func (s *store) wholeGraph() ast.Object {
	all := ast.NewObject()
	for name, its := range s.graph {
		all.Insert(text(name), ast.NewTerm(its.whole()))
	}
	return all
}

// below returns an element of an object or array, or nil.
func below(v ast.Value, element string) ast.Value {
	var found *ast.Term
	switch v := v.(type) {
	case ast.Object:
		found = v.Get(text(element))
	case *ast.Array:
		if i, err := strconv.Atoi(element); err == nil && i >= 0 && i < v.Len() {
			found = v.Elem(i)
		}
	}
	if found == nil {
		return nil
	}
	return found.Value
}

// NewTransaction, Commit, Abort and Truncate implement storage.Store. A store does
// not change, so that there is nothing to keep apart.
func (s *store) NewTransaction(context.Context, ...storage.TransactionParams) (storage.Transaction, error) {
	return &reading{}, nil
}

func (s *store) Commit(context.Context, storage.Transaction) error { return nil }

func (s *store) Abort(context.Context, storage.Transaction) {}

func (s *store) Truncate(context.Context, storage.Transaction, storage.TransactionParams, storage.Iterator) error {
	return &storage.Error{Code: storage.WritesNotSupportedErr}
}

// ListPolicies implements storage.Policy: rules come from the compiler.
func (s *store) ListPolicies(context.Context, storage.Transaction) ([]string, error) { return nil, nil }
