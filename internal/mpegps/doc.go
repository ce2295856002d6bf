// Package mpegps turns MPEG program streams (ISO/IEC 13818-1 section 2.5), as recorders' SDKs hand them over in pieces, into access
// units. It owns a push parser that takes pieces cut anywhere, knows the oddities of Hikvision's streams, and finds its way back into
// a damaged one.
package mpegps
