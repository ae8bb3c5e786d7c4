local SIZE = 6000000
local Counter = {}
Counter.__index = Counter
function Counter.new(step)
  return setmetatable({ step = step, value = 0 }, Counter)
end
function Counter:advance()
  self.value = self.value + self.step
  return self
end
function Counter:get()
  return self.value
end
local Wrapping = setmetatable({}, { __index = Counter })
Wrapping.__index = Wrapping
function Wrapping.new(step, limit)
  local self = Counter.new(step)
  self.limit = limit
  return setmetatable(self, Wrapping)
end
function Wrapping:advance()
  Counter.advance(self)
  if self:get() >= self.limit then self.value = self.value - self.limit end
  return self
end
local plain = Counter.new(1)
local wrapping = Wrapping.new(3, 1000)
for i = 0, SIZE - 1 do
  plain:advance():get()
  wrapping:advance():get()
end
print(plain:get() + wrapping:get())
