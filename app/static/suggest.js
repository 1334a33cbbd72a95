/* Suggestions as one types: ARIA’s combobox. Nothing needs it. */
(() => {
  const from = document.currentScript.dataset.url;

  const set = (element, attributes) => {
    for (const name in attributes) element.setAttribute(name, attributes[name]);
    return element;
  };
  const node = (attributes, ...inside) => {
    const made = set(document.createElement("div"), attributes);
    made.append(...inside);
    return made;
  };

  const comfort = (input, many) => {
    const id = input.id + "-list";
    const list = node({ id, role: "listbox", class: "suggest", hidden: "", tabindex: -1,
      "aria-label": input.labels[0].textContent });
    let options = [], at = -1, timer, asking = new AbortController();

    // Of a list only the last is being typed.
    const last = () => (many ? input.value.match(/[^,;]*$/)[0] : input.value).trimStart();

    const mark = (next) => {
      at = next;
      options.forEach((option, n) => set(option, { "aria-selected": n === at }));
      set(input, { "aria-activedescendant": options[at]?.id ?? "" });
      options[at]?.scrollIntoView({ block: "nearest" });
    };

    const show = (open) => {
      list.hidden = !open;
      set(input, { "aria-expanded": open });
      mark(-1);
    };

    const close = () => {
      clearTimeout(timer);
      asking.abort();
      show(false);
    };

    const choose = ({ item }) => {
      close();
      if (many) {
        const before = input.value.slice(0, -last().length).trim();
        return (input.value = before + (before && " ") + item.label + ", ");
      }
      // The rest of the form, such as a town, goes along.
      const to = new URL(item.url, location), given = to.searchParams;
      for (const [name, value] of new FormData(input.form))
        if (value && name !== "q" && !given.has(name)) given.append(name, value);
      location.assign(to);
    };

    const draw = (groups) => {
      options = [];
      list.replaceChildren(...groups.map(({ name, items }) => node(
        { role: "group", "aria-label": name },
        node({ class: "suggest-name", "aria-hidden": true }, name),
        ...items.map((item) => {
          const option = node({ id: id + options.length, role: "option" }, item.label);
          if (item.count) option.append(" (" + item.count + ")");
          option.item = item;
          options.push(option);
          return option;
        }),
      )));
      show(options.length > 0);
    };

    const ask = async () => {
      asking = new AbortController();
      try {
        const answer = await fetch(from + "?" + new URLSearchParams({ q: last() }), asking);
        const { groups } = await answer.json();
        draw(groups.filter(({ items }) => !many || items[0].url.includes("skill=")));
      } catch {} // offline or overtaken
    };

    const on = (event, act) => input.addEventListener(event, act);
    on("input", () => {
      close();
      options = [];
      if (last().length > 1) timer = setTimeout(ask, 120);
    });
    on("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], open = !list.hidden;
      if (event.isComposing) return;
      if (step && options.length) {
        if (!open) show(true);
        const all = options.length;
        mark(at < 0 && step < 0 ? all - 1 : (at + step + all) % all);
      } else if (open && event.key === "Escape") close();
      else if (open && event.key === "Enter" && at >= 0) choose(options[at]);
      else return;
      event.preventDefault();
    });
    on("blur", close);
    list.onmousedown = (event) => event.preventDefault();
    list.onclick = ({ target }) => target.item && choose(target);

    set(input, { role: "combobox", autocomplete: "off", type: "text", "aria-controls": id,
      "aria-autocomplete": "list", "aria-expanded": false });
    input.parentElement.classList.add("suggests");
    input.after(list);
  };

  for (const input of document.querySelectorAll("[role=search] [name=q]")) comfort(input);
  for (const input of document.querySelectorAll("[name$=_skills]")) comfort(input, true);
})();
