package api

// What the fuzz targets read from outside.
var (
	NormalPath   = normalPath
	ParseHandle  = parseHandle
	ParseAddress = parseAddress
	DecodeBody   = decodeBody
	Relax        = relax
	Clean        = clean
	StatusCode   = statusCode
)

// MaxConnections is the bound of one server.
const MaxConnections = maxConnections
