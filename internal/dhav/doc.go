// Package dhav turns the frames of Dahua's private stream format (DHAV), as its SDK hands them over in pieces and as its .dav files hold
// them, into access units. It owns a push parser that takes pieces cut anywhere and finds its way back into a damaged stream.
package dhav
