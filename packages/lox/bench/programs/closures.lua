local SIZE = 4000000
local function makeCounter(start)
  local count = start
  return function()
    count = count + 1
    return count
  end
end
local function compose(f, g)
  return function(x)
    return f(g(x))
  end
end
local function double(x) return x * 2 end
local function increment(x) return x + 1 end
local sum = 0
for i = 0, SIZE - 1 do
  local counter = makeCounter(i)
  counter()
  sum = sum + counter() + compose(double, increment)(i)
end
print(sum)
