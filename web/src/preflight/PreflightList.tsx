import type { PreflightResource } from '../../../functions/api/schemas/preflight.ts';
import { StatusWord } from '../destinations/StatusWord.tsx';
import { CHECK_LOOKS, checkTitle, summaryWords, testedWords, worstFirst } from './preflight-text.ts';
import classes from './Preflight.module.css';

/** What a preflight found: what needs a person first, what passed folded away. */
export function PreflightList({ preflight }: { preflight: PreflightResource }) {
  const checks = worstFirst(preflight.checks);
  const isPassed = ({ state }: (typeof checks)[number]) => state === 'passed';
  const passed = checks.filter(isPassed);
  return (
    <div className={classes.preflight}>
      <p role="status">{summaryWords(preflight)}</p>
      <ul aria-label="Checks">
        {checks
          .filter((each) => !isPassed(each))
          .map((each, index) => (
            <Check key={`${each.check} ${each.subject.id ?? ''} ${index}`} check={each} />
          ))}
      </ul>
      {passed.length > 0 && (
        <details>
          <summary>{passed.length} passed</summary>
          <ul aria-label="Passed checks">
            {passed.map((each, index) => (
              <Check key={`${each.check} ${each.subject.id ?? ''} ${index}`} check={each} />
            ))}
          </ul>
        </details>
      )}
      <p className={classes.more}>{testedWords(preflight)}</p>
    </div>
  );
}

function Check({ check }: { check: PreflightResource['checks'][number] }) {
  const { detail, isRequired, remedy, state } = check;
  return (
    <li data-state={state}>
      {state !== 'passed' && <StatusWord {...CHECK_LOOKS[state]} />}
      <strong>
        {checkTitle(check)}
        {state === 'failed' && !isRequired && ' (not required)'}
      </strong>
      <span>{detail}</span>
      {remedy !== null && <span className={classes.more}>{remedy}</span>}
    </li>
  );
}
