//go:build hiksdk && cgo && amd64

package hcnetsdk

// mainFile is the library itself. The names below are those of the maker's packages; of several names in a row one must be there.
const mainFile = "HCNetSDK.dll"

// magic is what each library begins with.
const magic = "MZ"

var (
	cryptoFiles = []string{"libcrypto-1_1-x64.dll", "libcrypto-3-x64.dll", "libeay32.dll"}
	sslFiles    = []string{"libssl-1_1-x64.dll", "libssl-3-x64.dll", "ssleay32.dll"}
	neededFiles = [][]string{
		{mainFile},
		{"HCCore.dll"},
		{"hpr.dll"},
		{"HCNetSDKCom/HCPreview.dll"},
		{"HCNetSDKCom/HCPlayBack.dll"},
		{"HCNetSDKCom/HCCoreDevCfg.dll"},
		{"HCNetSDKCom/HCGeneralCfgMgr.dll"},
	}
)
