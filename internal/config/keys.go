package config

import (
	"reflect"
	"slices"
)

// key is one setting of the file: its name as "log.level", where it stands in a Config, and whether a running service takes it.
type key struct {
	name  string
	index []int
	now   bool
}

// keys lists all settings in the order of the file. A list such as devices is one.
func keys() []key { return keysOf(reflect.TypeFor[Config](), "", nil) }

func keysOf(t reflect.Type, prefix string, above []int) []key {
	var list []key
	for field := range t.Fields() {
		name, index := prefix+field.Tag.Get("yaml"), append(slices.Clone(above), field.Index...)
		if _, section := field.Tag.Lookup("envPrefix"); section {
			list = append(list, keysOf(field.Type, name+".", index)...)
			continue
		}
		list = append(list, key{name, index, field.Tag.Get("reload") == "now"})
	}
	return list
}

// differ tells whether a setting has another value in two configurations. No entries are no entries, however they are written.
func (k key) differ(a, b *Config) bool {
	x, y := k.of(a), k.of(b)
	if x.Kind() == reflect.Slice && x.Len() == 0 && y.Len() == 0 {
		return false
	}
	return !reflect.DeepEqual(x.Interface(), y.Interface())
}

// copyTo gives a setting of one configuration to another.
func (k key) copyTo(to, from *Config) { k.of(to).Set(k.of(from)) }

func (k key) of(c *Config) reflect.Value { return reflect.ValueOf(c).Elem().FieldByIndex(k.index) }
