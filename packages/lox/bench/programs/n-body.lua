local SIZE = 400000
local function Body(x, y, z, vx, vy, vz, mass, next)
  return { x = x, y = y, z = z, vx = vx, vy = vy, vz = vz, mass = mass, next = next }
end
local function root(n)
  local guess = n
  if n < 1 then guess = 1 end
  for i = 0, 11 do guess = (guess + n / guess) / 2 end
  return guess
end
local function attract(a, b, dt)
  local dx = a.x - b.x
  local dy = a.y - b.y
  local dz = a.z - b.z
  local square = dx * dx + dy * dy + dz * dz
  local force = dt / (square * root(square))
  a.vx = a.vx - dx * b.mass * force
  a.vy = a.vy - dy * b.mass * force
  a.vz = a.vz - dz * b.mass * force
  b.vx = b.vx + dx * a.mass * force
  b.vy = b.vy + dy * a.mass * force
  b.vz = b.vz + dz * a.mass * force
end
local function advance(first, dt)
  local a = first
  while a ~= nil do
    local b = a.next
    while b ~= nil do
      attract(a, b, dt)
      b = b.next
    end
    a = a.next
  end
  a = first
  while a ~= nil do
    a.x = a.x + dt * a.vx
    a.y = a.y + dt * a.vy
    a.z = a.z + dt * a.vz
    a = a.next
  end
end
local bodies = Body(0, 0, 0, 0, 0, 0, 39.5, nil)
bodies = Body(4.5, 1.5, 0.5, 0.5, 2.5, 0.125, 0.0375, bodies)
bodies = Body(8.5, 4.5, 0.25, 1, 1.75, 0.0625, 0.0125, bodies)
bodies = Body(12.5, 15.5, 0.25, 1, 0.5, 0.0625, 0.0025, bodies)
for i = 0, SIZE - 1 do advance(bodies, 0.0078125) end
print(bodies.x > 0)
print(bodies.x * bodies.y < bodies.z)
local function digits(n)
  local rest = n
  if rest < 0 then rest = -rest end
  while rest > 10 do rest = rest / 10 end
  local whole = 0
  while rest >= whole + 1 do whole = whole + 1 end
  return whole * 100 + (rest - whole >= 0.5 and 1 or 0)
end
print(digits(bodies.x) + digits(bodies.y))
