/** Calls as closures: one shape for each small number of arguments, because a list of them would have to be made. Hot. */
import { isInstance, type LoxFunction, type LoxValue } from "../objects/objects.ts";
import { MESSAGES } from "../values/runtime-error.ts";
import { faultAt, type Site, tracedFault } from "../values/trace.ts";
import type { Evaluate, Frame } from "./frame.ts";

/** `callee(args)`. The callee comes first, then the arguments, then the check. */
export function call(callee: Evaluate, args: readonly Evaluate[], site: Site): Evaluate {
  const [first, second] = args;
  if (first === undefined) {
    return (frame) => {
      const target = callee(frame);
      if (typeof target !== "function") throw faultAt(site, MESSAGES.notCallable);
      try {
        return target();
      } catch (error) {
        throw tracedFault(error, site);
      }
    };
  }
  if (args.length === 1) {
    return (frame) => {
      const target = callee(frame);
      const a = first(frame);
      if (typeof target !== "function") throw faultAt(site, MESSAGES.notCallable);
      try {
        return target(a);
      } catch (error) {
        throw tracedFault(error, site);
      }
    };
  }
  if (second !== undefined && args.length === 2) {
    return (frame) => {
      const target = callee(frame);
      const a = first(frame);
      const b = second(frame);
      if (typeof target !== "function") throw faultAt(site, MESSAGES.notCallable);
      try {
        return target(a, b);
      } catch (error) {
        throw tracedFault(error, site);
      }
    };
  }
  return (frame) => {
    const target = callee(frame);
    const values = args.map((argument) => argument(frame));
    if (typeof target !== "function") throw faultAt(site, MESSAGES.notCallable);
    try {
      return target(...values);
    } catch (error) {
      throw tracedFault(error, site);
    }
  };
}

/** `object.name(args)`; a missing method is noticed before the arguments are evaluated. */
export function invocation(
  object: Evaluate,
  name: string,
  args: readonly Evaluate[],
  site: Site,
  nameSite: Site,
  notInstance: string,
): Evaluate {
  const key = `$${name}` as const;
  const [first, second] = args;
  const find = (receiver: LoxValue): LoxValue => {
    if (!isInstance(receiver)) throw faultAt(nameSite, notInstance);
    const member = receiver[key];
    if (member === undefined) throw faultAt(nameSite, MESSAGES.undefinedProperty(name));
    return member;
  };
  if (first === undefined) {
    return (frame) => {
      const receiver = object(frame);
      const method = find(receiver);
      if (typeof method !== "function") throw faultAt(site, MESSAGES.notCallable);
      try {
        return method.call(receiver);
      } catch (error) {
        throw tracedFault(error, site);
      }
    };
  }
  if (args.length === 1) {
    return (frame) => {
      const receiver = object(frame);
      const method = find(receiver);
      const a = first(frame);
      if (typeof method !== "function") throw faultAt(site, MESSAGES.notCallable);
      try {
        return method.call(receiver, a);
      } catch (error) {
        throw tracedFault(error, site);
      }
    };
  }
  if (second !== undefined && args.length === 2) {
    return (frame) => {
      const receiver = object(frame);
      const method = find(receiver);
      const a = first(frame);
      const b = second(frame);
      if (typeof method !== "function") throw faultAt(site, MESSAGES.notCallable);
      try {
        return method.call(receiver, a, b);
      } catch (error) {
        throw tracedFault(error, site);
      }
    };
  }
  return (frame) => {
    const receiver = object(frame);
    const method = find(receiver);
    const values = args.map((argument) => argument(frame));
    if (typeof method !== "function") throw faultAt(site, MESSAGES.notCallable);
    try {
      return method.apply(receiver, values);
    } catch (error) {
      throw tracedFault(error, site);
    }
  };
}

/** A method that is known (`super.name(args)`) on a receiver that is known. */
export function invocationOf(
  receiver: Evaluate,
  method: (frame: Frame) => LoxFunction,
  args: readonly Evaluate[],
  site: Site,
): Evaluate {
  return (frame) => {
    const target = method(frame);
    const values = args.map((argument) => argument(frame));
    try {
      return target.apply(receiver(frame), values);
    } catch (error) {
      throw tracedFault(error, site);
    }
  };
}
