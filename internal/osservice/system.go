package osservice

// Program is the program that becomes the service.
type Program struct {
	Path      string // absolute, without symbolic links
	Libraries bool   // whether the bindings of the makers' SDKs are in it
}
