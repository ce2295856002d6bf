// Package hcnetsdk binds Hikvision's device library (HCNetSDK) as an sdk.Library. It owns our declarations of the library's functions and
// structs, the order of its calls and what its callbacks mean. With the build tag hiksdk the library is loaded at run time, on Linux and
// Windows for x86-64; without it nothing of it is needed and Open fails with sdk.ErrNotBuilt.
package hcnetsdk
