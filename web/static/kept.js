// Views that live on while another is shown: what plays goes on, and what was typed stays in the page.

let parking = null;

// kept gives the mount of such a view, and open, which makes the view where it is not there yet and returns it. build(context) makes it
// once, with an element; its arrive, where it has one, is called with the context whenever it is shown.
export function kept(build) {
  let view = null;

  function open(context) {
    if (!view) {
      view = build(context);
      park(view.element);
    }
    return view;
  }

  function mount(root, context) {
    root.append(open(context).element);
    view.arrive?.(context);
    return { unmount: () => park(view.element) };
  }
  return { mount, open };
}

// park hides an element in the document, because a video that is taken out of it stops.
function park(element) {
  if (!parking) {
    parking = document.createElement('div');
    parking.hidden = true;
    document.body.append(parking);
  }
  parking.append(element);
}
