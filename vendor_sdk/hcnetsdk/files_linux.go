//go:build hiksdk && cgo && amd64

package hcnetsdk

// mainFile is the library itself. The names below are those of the maker's packages; of several names in a row one must be there.
const mainFile = "libhcnetsdk.so"

// magic is what each library begins with.
const magic = "\x7fELF"

var (
	cryptoFiles = []string{"libcrypto.so", "libcrypto.so.1.1", "libcrypto.so.1.0.0", "libcrypto.so.3"}
	sslFiles    = []string{"libssl.so", "libssl.so.1.1", "libssl.so.1.0.0", "libssl.so.3"}
	neededFiles = [][]string{
		{mainFile},
		{"libHCCore.so"},
		{"libhpr.so"},
		{"HCNetSDKCom/libHCPreview.so"},
		{"HCNetSDKCom/libHCPlayBack.so"},
		{"HCNetSDKCom/libHCCoreDevCfg.so"},
		{"HCNetSDKCom/libHCGeneralCfgMgr.so"},
	}
)
