package config

import (
	"errors"
	"reflect"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// ofKind says which kind of value belongs to a key, where the YAML library's error speaks of Go's types. It is nil for every other error,
// and where the key cannot be found.
func ofKind(text []byte, err error) *placedError {
	var wrong *yaml.TypeError
	var unexpected *yaml.UnexpectedNodeTypeError
	var at *token.Token
	want := ""
	switch {
	case errors.As(err, &wrong):
		at, want = wrong.Token, kindName(wrong.DstType)
	case errors.As(err, &unexpected):
		at, want = unexpected.Token, nodeNames[unexpected.Expected]
	}
	if at == nil || want == "" {
		return nil
	}
	key := keyAt(text, at.Position)
	if key == "" {
		return nil
	}
	return &placedError{at.Position.Line, at.Position.Column, key, errors.New("must be " + want)}
}

// keyAt is the key of what stands at a place of a file, empty where nothing does.
func keyAt(text []byte, at *token.Position) string {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return ""
	}
	finder := &finder{line: at.Line, column: at.Column}
	for _, document := range file.Docs {
		ast.Walk(finder, document.Body)
	}
	return finder.key
}

// nodeNames are the kinds of YAML nodes that settings consist of, as an operator knows them.
var nodeNames = map[ast.NodeType]string{
	ast.MappingType: "a section with keys of its own", ast.SequenceType: "a list", ast.StringType: "a text",
	ast.IntegerType: "a whole number", ast.BoolType: "true or false",
}

// kindName is the kind of a setting's Go type.
func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return nodeNames[ast.BoolType]
	case reflect.Int, reflect.Int64:
		return nodeNames[ast.IntegerType]
	case reflect.String:
		return nodeNames[ast.StringType]
	case reflect.Slice:
		return nodeNames[ast.SequenceType]
	case reflect.Struct, reflect.Map:
		return nodeNames[ast.MappingType]
	default:
		return ""
	}
}

// finder is an ast.Visitor that keeps the key of the node at a place.
type finder struct {
	line, column int
	key          string
}

// Visit implements ast.Visitor. Of several nodes at the place the innermost, which comes last, has the longest path.
func (f *finder) Visit(node ast.Node) ast.Visitor {
	if at := node.GetToken(); at != nil && at.Position.Line == f.line && at.Position.Column == f.column {
		if key := keyOf(node); len(key) > len(f.key) {
			f.key = key
		}
	}
	return f
}
