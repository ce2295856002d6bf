package logging

// NewTo is New with another place for the lines.
var NewTo = newTo
