package openapitest

import (
	"encoding/json"
	"slices"
	"strings"
)

// Field is what the reference says of a field of a request.
type Field struct {
	Required bool
	// Low and High are the ends of its range, or its lowest and highest value; nil where there is none.
	Low, High *float64
}

// Fields returns those of the body of a POST to a path as the reference writes it, by their names. The caller owns the map.
func (r *Reference) Fields(path string) map[string]Field {
	fields := map[string]Field{}
	body := r.follow(object(r.tree, "paths", path, "post", "requestBody"))
	r.collect(object(body, "content", "application/json", "schema"), fields)
	return fields
}

func (r *Reference) collect(schema map[string]any, fields map[string]Field) {
	schema = r.follow(schema)
	parts, _ := schema["allOf"].([]any)
	for _, part := range parts {
		r.collect(object(part), fields)
	}
	required, _ := schema["required"].([]any)
	for name, property := range object(schema, "properties") {
		whole := r.follow(object(property))
		f := Field{Required: slices.Contains(required, any(name)), Low: number(whole["minimum"]), High: number(whole["maximum"])}
		values, _ := whole["oneOf"].([]any)
		for _, one := range values {
			value := number(object(one)["const"])
			if value != nil && (f.Low == nil || *value < *f.Low) {
				f.Low = value
			}
			if value != nil && (f.High == nil || *value > *f.High) {
				f.High = value
			}
		}
		fields[name] = f
	}
}

func number(value any) *float64 {
	text, ok := value.(json.Number)
	if !ok {
		return nil
	}
	f, err := text.Float64()
	if err != nil {
		return nil
	}
	return &f
}

// CheckRequest tells what is wrong with the JSON body of a request to a path as the reference writes it.
func (r *Reference) CheckRequest(path string, body []byte) error {
	where := []string{"paths", path, "post", "requestBody"}
	if ref, _ := object(r.tree, where...)["$ref"].(string); ref != "" {
		where = strings.Split(strings.TrimPrefix(ref, "#/"), "/")
	}
	return r.validate(append(where, "content", "application/json", "schema"), body)
}

// Example is one that stands in the document, and where.
type Example struct {
	Method, Path string
	// Status is that of the answer, empty for a request.
	Status string
	Value  []byte
}

// Examples returns all that are JSON. The caller owns them.
func (r *Reference) Examples() ([]Example, error) {
	var list []Example
	for _, o := range r.operations() {
		add := func(status string, holder any) error {
			for _, one := range object(r.follow(object(holder)), "content", "application/json", "examples") {
				value, err := json.Marshal(object(one)["value"])
				if err != nil {
					return err
				}
				list = append(list, Example{o.method, o.path, status, value})
			}
			return nil
		}
		if err := add("", object(o.node)["requestBody"]); err != nil {
			return nil, err
		}
		for status, response := range object(o.node, "responses") {
			if err := add(status, response); err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}
