package source

// Places are where named things are written, in the order in which they were set.
// They are a list since most have few: a map takes several times as much.
type Places []Place

// A Place is where one named thing is written.
type Place struct {
	Name     string
	Location Location
}

// At returns where the thing with that name is written.
func (ps Places) At(name string) (Location, bool) {
	for i := range ps {
		if ps[i].Name == name {
			return ps[i].Location, true
		}
	}
	return Location{}, false
}

// Set adds the place of a thing, or replaces it.
func (ps *Places) Set(name string, at Location) {
	for i := range *ps {
		if (*ps)[i].Name == name {
			(*ps)[i].Location = at
			return
		}
	}
	*ps = append(*ps, Place{Name: name, Location: at})
}
