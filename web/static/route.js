// The addresses of the views: #/name/argument/…

export function route(...parts) { return `#/${parts.map(encodeURIComponent).join('/')}`; }

// parse returns the parts of an address, decoded.
export function parse(hash) {
  return hash.replace(/^#\/?/, '').split('/').filter(Boolean).map((part) => {
    try { return decodeURIComponent(part); } catch { return part; }
  });
}
