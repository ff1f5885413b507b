/** The API takes 12 to 200 characters. */
const lengthMin = 12, lengthMax = 200;

export function passwordFault(password: string): string | undefined {
  if (password.length < lengthMin) return `At least ${lengthMin} characters`;
  return password.length > lengthMax ? `At most ${lengthMax} characters` : undefined;
}
