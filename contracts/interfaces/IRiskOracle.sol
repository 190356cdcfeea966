// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOracleWiring} from "./IOracleWiring.sol";
import {IRiskClasses} from "./IRiskClasses.sol";
import {IRiskDelivery} from "./IRiskDelivery.sol";
import {IRiskModels} from "./IRiskModels.sol";
import {IRiskOracleCore} from "./IRiskOracleCore.sol";
import {IRiskOracleLog} from "./IRiskOracleLog.sol";
import {IRiskSources} from "./IRiskSources.sol";

/// @title Risk parameters of positions: write side for reports and sources, read side for protocols
// The parts are the whole: nothing is added to them.
// solhint-disable-next-line no-empty-blocks
interface IRiskOracle is
    IRiskOracleCore,
    IRiskSources,
    IRiskDelivery,
    IRiskClasses,
    IRiskModels,
    IOracleWiring,
    IRiskOracleLog
{}
