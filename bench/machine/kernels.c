/* Five kernels as a compiler makes them; each returns a checksum. No libc: gcc -m32 -march=i386 -ffreestanding. */
typedef unsigned int u32;
typedef unsigned char u8;

#define COUNT 8192
static u32 numbers[COUNT];
static u32 seed;

static u32 next(void) { return seed = seed * 1664525 + 1013904223; }

static void quicksort(u32 *a, int from, int to) {
  while (from < to) {
    u32 middle = a[(from + to) >> 1];
    int i = from, j = to;
    while (i <= j) {
      while (a[i] < middle) i++;
      while (a[j] > middle) j--;
      if (i <= j) { u32 t = a[i]; a[i++] = a[j]; a[j--] = t; }
    }
    quicksort(a, from, j);
    from = i;
  }
}

u32 kernel_sort(void) {
  u32 sum = 0;
  seed = 1;
  for (int round = 0; round < 4; round++) {
    for (int i = 0; i < COUNT; i++) numbers[i] = next();
    quicksort(numbers, 0, COUNT - 1);
    for (int i = 0; i < COUNT; i += 100) sum = sum * 31 + numbers[i];
  }
  return sum;
}

static u32 crc_table[256];
static u8 text[65536];

u32 kernel_crc(void) {
  u32 crc = ~0u;
  seed = 2;
  for (u32 n = 0; n < 256; n++) {
    u32 c = n;
    for (int bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
    crc_table[n] = c;
  }
  for (u32 i = 0; i < sizeof text; i++) text[i] = next() >> 24;
  for (int round = 0; round < 10; round++)
    for (u32 i = 0; i < sizeof text; i++) crc = crc_table[(crc ^ text[i]) & 255] ^ (crc >> 8);
  return ~crc;
}

#define N 48
static int a[N][N], b[N][N], c[N][N];

u32 kernel_matrix(void) {
  u32 sum = 0;
  seed = 3;
  for (int i = 0; i < N; i++) for (int j = 0; j < N; j++) { a[i][j] = next() >> 20; b[i][j] = next() >> 20; }
  for (int round = 0; round < 6; round++) {
    for (int i = 0; i < N; i++)
      for (int j = 0; j < N; j++) {
        int dot = round;
        for (int k = 0; k < N; k++) dot += a[i][k] * b[k][j];
        c[i][j] = dot;
      }
    for (int i = 0; i < N; i++) sum = sum * 33 + c[i][N - 1 - i];
  }
  return sum;
}

#define SLOTS 4096
static struct { u32 key, value; } slots[SLOTS];

u32 kernel_hash(void) {
  u32 sum = 0;
  seed = 4;
  for (int i = 0; i < SLOTS; i++) slots[i].key = slots[i].value = 0;
  for (int i = 0; i < 200000; i++) {
    u32 key = (next() >> 16) % 2000 + 1;
    u32 at = key * 2654435761u >> 20;
    while (slots[at].key != 0 && slots[at].key != key) at = (at + 1) % SLOTS;
    slots[at].key = key;
    slots[at].value += i;
    sum ^= slots[at].value;
  }
  return sum;
}

enum { PUSH, ADD, SUB, MUL, DUP, SWAP, DECJNZ, LOAD, STORE, END };
static const u8 program[] = { PUSH, 1, STORE, 0, PUSH, 0, STORE, 1,
  LOAD, 0, LOAD, 1, ADD, DUP, LOAD, 0, STORE, 1, STORE, 0, PUSH, 3, MUL, PUSH, 7, SWAP, SUB, LOAD, 2, ADD, STORE, 2, DECJNZ, 8, END };

u32 kernel_bytecode(void) {
  u32 stack[16], variables[4] = { 0, 0, 0, 0 }, turns = 60000;
  u32 *top = stack;
  const u8 *pc = program;
  for (;;) {
    switch (*pc++) {
      case PUSH: *top++ = *pc++; break;
      case ADD: top--; top[-1] += *top; break;
      case SUB: top--; top[-1] -= *top; break;
      case MUL: top--; top[-1] *= *top; break;
      case DUP: *top = top[-1]; top++; break;
      case SWAP: { u32 t = top[-1]; top[-1] = top[-2]; top[-2] = t; break; }
      case DECJNZ: if (--turns) pc = program + *pc; else pc++; break;
      case LOAD: *top++ = variables[*pc++]; break;
      case STORE: variables[*pc++] = *--top; break;
      default: return variables[2];
    }
  }
}
