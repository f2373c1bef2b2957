package edm

// IsBag reports whether an open type is there for members that are not declared: it
// has none of its own to speak of, as fieldValueSet or the assignments of a task.
func (s *Struct) IsBag() bool {
	if !s.Open {
		return false
	}
	for _, p := range s.Members() {
		if !p.Navigation && p.Name != "id" && p.Name != "extensionName" {
			return false
		}
	}
	return true
}
