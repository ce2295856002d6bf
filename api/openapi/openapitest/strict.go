package openapitest

import "maps"

func tightenContent(response any) {
	for _, media := range object(response, "content") {
		if schema := object(media, "schema"); schema != nil {
			tighten(schema)
		}
	}
}

// tighten lets a schema refuse fields that nothing in it knows.
func tighten(schema any) {
	s, ok := schema.(map[string]any)
	if !ok {
		return
	}
	tightenParts(s)
	if _, stated := s["additionalProperties"]; !stated && s["anyOf"] == nil && s["oneOf"] == nil {
		s["unevaluatedProperties"] = false
	}
}

// tightenParts does so for what stands below a schema: not for the schema itself, which may be a part of a larger one.
func tightenParts(schema any) {
	s := object(schema)
	for property := range maps.Values(object(s, "properties")) {
		tighten(property)
	}
	tighten(s["items"])
	for _, key := range []string{"anyOf", "oneOf"} {
		list, _ := s[key].([]any)
		for _, one := range list {
			tighten(one)
		}
	}
	parts, _ := s["allOf"].([]any)
	for _, one := range parts {
		tightenParts(one)
	}
}
