/** The TSIG key that transfers and updates are signed with. It stays in this page, and goes with it. */
import type { JSX } from "preact";
import type { WireKey } from "../../../src/panels/dns/wire.ts";
import { Ask } from "../../ui/ask.tsx";

const ALGORITHMS = ["hmac-sha256", "hmac-sha512", "hmac-sha384", "hmac-sha224", "hmac-sha1", "hmac-md5"] as const;

export function KeyDialog(props: {
  value: WireKey | undefined;
  onChange: (key: WireKey | undefined) => void;
  onClose: () => void;
}): JSX.Element {
  const { value, onChange, onClose } = props;
  const submit = async (form: FormData): Promise<void> => {
    const name = String(form.get("name")).trim();
    const secret = String(form.get("secret")).trim();
    if (name !== "" && secret === "") throw new Error("A key has a secret.");
    onChange(name === "" ? undefined : { name, algorithm: String(form.get("algorithm")), secret });
  };
  return (
    <Ask title="Sign with a TSIG key" action="Use" onSubmit={submit} onClose={onClose}>
      <label>
        Name; empty: sign nothing
        <input class="input mono" name="name" autocomplete="off" spellcheck={false} defaultValue={value?.name ?? ""} />
      </label>
      <label>
        Algorithm
        <select class="input" name="algorithm">
          {ALGORITHMS.map((algorithm) => (
            <option key={algorithm} value={algorithm} selected={algorithm === value?.algorithm}>
              {algorithm}
            </option>
          ))}
        </select>
      </label>
      <label>
        Secret, base64
        <input class="input mono" name="secret" type="password" autocomplete="off" defaultValue={value?.secret ?? ""} />
      </label>
    </Ask>
  );
}
