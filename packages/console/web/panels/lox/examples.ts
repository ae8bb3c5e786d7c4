/** Programs to start from. */

export interface Example {
  readonly title: string;
  readonly source: string;
}

export const EXAMPLES: readonly Example[] = [
  {
    title: "Closures",
    source: `// A function remembers the variables around it.
fun counter(name) {
  var count = 0;
  fun next() {
    count = count + 1;
    print name + ":";
    print count;
  }
  return next;
}

var tenons = counter("tenons");
var pegs = counter("pegs");
tenons();
pegs();
tenons();
`,
  },
  {
    title: "Classes",
    source: `class Joint {
  init(name, strength) {
    this.name = name;
    this.strength = strength;
  }

  holds(load) { return load <= this.strength; }

  describe() { print this.name; print this.strength; }
}

class PeggedJoint < Joint {
  init(name, strength, pegs) {
    super.init(name, strength + pegs * 10);
    this.pegs = pegs;
  }

  describe() {
    super.describe();
    print "pegs:";
    print this.pegs;
  }
}

var joint = PeggedJoint("mortise and tenon", 50, 2);
joint.describe();
print joint.holds(65);
`,
  },
  {
    title: "A list",
    source: `// Lox has no lists; here is one.
class List {
  init() {
    this.first = nil;
    this.last = nil;
    this.length = 0;
  }

  add(value) {
    var node = Node(value);
    if (this.last == nil) this.first = node; else this.last.next = node;
    this.last = node;
    this.length = this.length + 1;
    return this;
  }

  map(f) {
    var result = List();
    for (var node = this.first; node != nil; node = node.next) result.add(f(node.value));
    return result;
  }

  each(f) {
    for (var node = this.first; node != nil; node = node.next) f(node.value);
  }
}

class Node {
  init(value) {
    this.value = value;
    this.next = nil;
  }
}

fun square(n) { return n * n; }
fun show(n) { print n; }

List().add(1).add(2).add(3).map(square).each(show);
`,
  },
  {
    title: "How fast?",
    source: `fun fib(n) {
  if (n < 2) return n;
  return fib(n - 1) + fib(n - 2);
}

var start = clock();
print fib(32);
print "seconds:";
print clock() - start;
`,
  },
  {
    title: "Errors",
    source: `fun area(width, height) {
  return width * height;
}

print area(3, 4);
print area("3", 4);
`,
  },
  {
    title: "Without end",
    source: `// Stop it, or wait: this page ends what runs too long.
var n = 0;
while (true) n = n + 1;
`,
  },
];
